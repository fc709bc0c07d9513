"""Type stubs for one release, which editors and type checkers read; never imported at run time."""

from __future__ import annotations

from dynclient.stubs.folder import Comparison as Comparison
from dynclient.stubs.folder import compare as compare
from dynclient.stubs.folder import write as write
from dynclient.stubs.stub_files import stub_files as stub_files
