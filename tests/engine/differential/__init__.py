"""Generated statements and changes, asked of a real server and of the scanner: do they agree?

`world` draws tables and rows, `grammar` statements over them, `aims` statements that are near a rule, `alter` the new
column and what it holds one day; `run` asks a server, `agreement` compares, `tally` counts.
"""
