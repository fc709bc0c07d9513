"""The base of all models, and the secrets in them."""

from __future__ import annotations

from dynclient.compat.models.model import Model as BaseModel
from dynclient.compat.models.secret_values import SecretStr as CustomSecretStr

__all__ = ["BaseModel", "CustomSecretStr"]
