"""The hand-written half of ``metadata.*``: the client and what scripts import beside the models.

``MODULES`` tells which module of ours stands for which of the official SDK's.
"""

from __future__ import annotations

_OMETA = "metadata.ingestion.ometa"
_MODELS = "metadata.ingestion.models"

MODULES: dict[str, str] = {
    f"{_OMETA}.ometa_api": "ometa_api",
    f"{_OMETA}.auth_provider": "failures",
    f"{_OMETA}.client": "rest",
    f"{_OMETA}.models": "models",
    f"{_OMETA}.utils": "utils",
    f"{_OMETA}.mixins.patch_mixin": "patching",
    f"{_OMETA}.mixins.patch_mixin_utils": "patching",
    f"{_OMETA}.mixins.server_mixin": "failures",
    f"{_MODELS}.custom_properties": "models",
    f"{_MODELS}.custom_pydantic": "pydantic",
    f"{_MODELS}.patch_request": "patching",
    f"{_MODELS}.table_metadata": "models",
    "metadata.utils.fqn": "fqn",
    "metadata.utils.ssl_registry": "failures",
}
"""Official module → module of this package."""
