"""Settings of Sphinx for the site; ``make docs`` builds it into ``build/docs``.

The source folder is the checkout, so that every relative link of a Markdown file leads to the same
page on the site as on a git host. Nothing is loaded from the network, neither when the site is
built nor when it is read.
"""

from __future__ import annotations

import sys
from importlib.metadata import version as version_of
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

project = "dynclient"
author = "The dynclient developers"
project_copyright = author
release = version = version_of("dynclient")
html_title = f"dynclient {release}"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "site_map",
    "api_reference",
    "command_reference",
    "error_reference",
    "presentation",
    "diagrams",
]

# -- pages ----------------------------------------------------------------------------------------

root_doc = "docs/README"
include_patterns = [
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "schema_cache/README.md",
    "docs/**",
]
# Sphinx walks the whole checkout; these folders are not entered.
exclude_patterns = [
    ".*",
    "benchmarks",
    "build",
    "dist",
    "docs/_*",
    "dynclient",
    "tests",
    "*.egg-info",
]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}

# -- Markdown -------------------------------------------------------------------------------------

myst_heading_anchors = 4
myst_enable_extensions = ["attrs_inline", "colon_fence"]
# Languages that Pygments does not know are printed without colours.
suppress_warnings = ["misc.highlighting_failure"]

# -- Python ---------------------------------------------------------------------------------------

autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented_params"
autodoc_preserve_defaults = True
autodoc_class_signature = "mixed"
python_use_unqualified_type_names = True
python_display_short_literal_types = True
add_module_names = False
maximum_signature_line_length = 90
toc_object_entries_show_parents = "hide"

nitpicky = True
# Other projects' inventories would have to be downloaded; what begins with dynclient is checked.
nitpick_ignore = [("py:class", "dynclient.schema.release.T")]
nitpick_ignore_regex = [("py:.*", r"(?!dynclient\b).*")]

# -- HTML -----------------------------------------------------------------------------------------

html_theme = "furo"
html_additional_pages = {"index": "redirect.html"}
templates_path = ["_templates"]
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
smartquotes_action = "D"  # dashes; names and options are quoted as they are typed
pygments_style = "default"
pygments_dark_style = "monokai"
