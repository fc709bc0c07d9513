"""A catalogue as files: create requests of entities, documents, and folders of them.

- :class:`Catalogue` reads a folder that ``om.dump`` wrote or that was written by hand.
- :class:`Document` is one entity in it.
- :class:`CataloguePlan` is what has to be done so that a server has what a folder says.
- :func:`as_request` returns the create request of an entity.
"""

from __future__ import annotations

from dynclient.as_code.apply import ApplyResult, Report
from dynclient.as_code.catalogue import Catalogue, MissingReference
from dynclient.as_code.catalogue_plan import CataloguePlan, Kept, Lost, MergeConflict
from dynclient.as_code.create_requests import CreateRequest, as_request
from dynclient.as_code.documents import Document
from dynclient.as_code.dump import DumpResult
from dynclient.as_code.plan_actions import Action
from dynclient.as_code.request_fields import LeftOut, Reference

__all__ = [
    "Action",
    "ApplyResult",
    "Catalogue",
    "CataloguePlan",
    "CreateRequest",
    "Document",
    "DumpResult",
    "Kept",
    "LeftOut",
    "Lost",
    "MergeConflict",
    "MissingReference",
    "Reference",
    "Report",
    "as_request",
]
