"""How the documentation is built: `make docs`."""

from __future__ import annotations

from quiesce import __version__

project = "quiesce"
author = "The quiesce authors"
copyright = f"2026, {author}"  # noqa: A001 - the name that sphinx reads
release = version = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc"]
myst_enable_extensions = ["colon_fence", "deflist", "substitution"]
myst_heading_anchors = 3
exclude_patterns = ["build"]

autodoc_member_order = "bysource"
autodoc_typehints = "description"

html_theme = "furo"
html_title = f"quiesce {version}"
html_copy_source = False
html_show_sphinx = False
