"""Report → a terminal: the answer on one screen, or everything."""

from scanner.render.terminal.full import print_report
from scanner.render.terminal.lines import no_link
from scanner.render.terminal.screen import print_screen

__all__ = ["no_link", "print_report", "print_screen"]
