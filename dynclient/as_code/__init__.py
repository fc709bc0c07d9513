"""A catalogue as files: create requests of entities, documents, and folders of them.

- :class:`Catalogue` reads a folder that ``om.dump`` wrote or that was written by hand.
- :class:`Document` is one entity in it.
- :class:`CataloguePlan` is what has to be done so that a server has what a folder says.
- :class:`Track` is a run of a script, and :class:`TrackReport` what it created and pruned.
- :func:`as_request` returns the create request of an entity.
- :func:`copy` copies a part of a catalogue to another server.
- :func:`diff` compares servers, forks and folders; :class:`CatalogueDiff` is its result.
"""

from __future__ import annotations

from dynclient.as_code.apply import ApplyResult, Report
from dynclient.as_code.backup import Backup, Restoration
from dynclient.as_code.catalogue import Catalogue, MissingReference
from dynclient.as_code.catalogue_copy import copy
from dynclient.as_code.catalogue_diff import CatalogueDiff, EntityDifference, diff
from dynclient.as_code.catalogue_plan import CataloguePlan, Kept, Lost, MergeConflict
from dynclient.as_code.create_requests import CreateRequest, as_request
from dynclient.as_code.documents import Document
from dynclient.as_code.dump import DumpResult
from dynclient.as_code.fork import Fork
from dynclient.as_code.observed_writes import Tracked
from dynclient.as_code.plan_actions import Action
from dynclient.as_code.request_fields import LeftOut, Reference
from dynclient.as_code.track import Track
from dynclient.as_code.track_report import KeptEntity, TrackReport

__all__ = [
    "Action",
    "ApplyResult",
    "Backup",
    "Catalogue",
    "CatalogueDiff",
    "CataloguePlan",
    "CreateRequest",
    "Document",
    "DumpResult",
    "EntityDifference",
    "Fork",
    "Kept",
    "KeptEntity",
    "LeftOut",
    "Lost",
    "MergeConflict",
    "MissingReference",
    "Reference",
    "Report",
    "Restoration",
    "Track",
    "TrackReport",
    "Tracked",
    "as_request",
    "copy",
    "diff",
]
