"""Who depends on a table, as a picture: boxes and the lines between them, in SVG, drawn without a browser."""

from scanner.render.picture.of_graph import draw_neighbourhood
from scanner.render.picture.of_report import draw_report
from scanner.render.picture.svg import Drawing

__all__ = ["Drawing", "draw_neighbourhood", "draw_report"]
