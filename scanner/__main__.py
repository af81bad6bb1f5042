"""python -m scanner: the command line where the program `scanner` is not on the path."""

from scanner.cli import main

main()
