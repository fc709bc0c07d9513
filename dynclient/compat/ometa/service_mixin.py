"""Services created from the ``source`` section of an ingestion configuration."""

from __future__ import annotations

from typing import Any

from dynclient.compat.ometa import schema_classes
from dynclient.compat.ometa.connection import stores_connections
from dynclient.compat.ometa.crud_mixin import CrudMixin
from dynclient.compat.ometa.gateway import plain
from dynclient.compat.ometa.utils import format_name
from dynclient.dispatch import bad_arguments
from dynclient.errors import Problem


class ServiceMixin(CrudMixin):
    """The official client's methods that create services."""

    config: Any
    """The script's ``OpenMetadataConnection``."""

    def get_create_service_from_source(self, entity: type, config: Any) -> Any:
        """Return the create request of a service.

        It has no connection if the client's ``storeServiceConnection`` is false: then servers do
        not get the credentials.

        Args:
            entity: class of the service, such as ``DatabaseService``.
            config: a ``Source``: ``serviceName``, and ``serviceConnection`` with its ``config``.
        """
        source = schema_classes.payload(config)
        connection = source["serviceConnection"]
        fields = {"name": source["serviceName"], "serviceType": connection["config"]["type"]}
        if stores_connections(schema_classes.payload(self.config)):
            fields["connection"] = connection
        return self.get_create_entity_type(entity)(**fields)

    def create_service_from_source(self, entity: type, config: Any) -> Any:
        """Create or update a service; see :meth:`get_create_service_from_source`."""
        return self.create_or_update(self.get_create_service_from_source(entity, config))

    def get_service_or_create(self, entity: type, config: Any) -> Any:
        """Return the service with the name in a configuration; create it if it does not exist."""
        name = schema_classes.payload(config)["serviceName"]
        found = self.get_by_name(entity, name)
        return self.create_service_from_source(entity, config) if found is None else found

    def get_mlmodel_sklearn(
        self,
        name: str,
        model: Any,
        description: str | None = None,
        service_name: str = "scikit-learn",
    ) -> Any:
        """Return the create request of a model that scikit-learn has trained.

        The service is created if it does not exist.

        Args:
            name: name of the model.
            model: the estimator: its class is the algorithm, its parameters are the
                hyperparameters, and the columns that it was trained with are the features.
            description: description of the model.
            service_name: name of the service.

        Raises:
            BadArguments: it is not an estimator.
        """
        if not callable(getattr(model, "get_params", None)):
            message = f"must be an estimator of scikit-learn, not {type(model).__name__}"
            problem = Problem("model", type(model).__name__, "argument", message)
            raise bad_arguments("get_mlmodel_sklearn", [problem])
        connection = {"config": {"type": "Sklearn"}}
        source = {"type": "sklearn", "serviceName": service_name, "serviceConnection": connection}
        service = self.get_service_or_create(self._class_of("mlmodelService"), source)
        features = [{"name": format_name(each)} for each in getattr(model, "feature_names_in_", ())]
        parameters = [{"name": key, "value": str(each)} for key, each in model.get_params().items()]
        return self.get_create_entity_type(self._class_of("mlmodel"))(
            name=name,
            description=description,
            algorithm=type(model).__name__,
            mlFeatures=features,
            mlHyperParameters=parameters,
            service=str(plain(service.fullyQualifiedName)),
        )
