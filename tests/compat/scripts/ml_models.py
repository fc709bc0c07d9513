"""A service of machine learning models, and a model with its features."""

import os
import sys

from metadata.generated.schema.api.data.createMlModel import CreateMlModelRequest
from metadata.generated.schema.api.services.createMlModelService import CreateMlModelServiceRequest
from metadata.generated.schema.entity.data.mlmodel import (
    FeatureSource,
    FeatureSourceDataType,
    FeatureType,
    MlFeature,
    MlHyperParameter,
    MlModel,
    MlStore,
)
from metadata.generated.schema.entity.services.connections.metadata.openMetadataConnection import (
    AuthProvider,
    OpenMetadataConnection,
)
from metadata.generated.schema.entity.services.connections.mlmodel.mlflowConnection import (
    MlflowConnection,
)
from metadata.generated.schema.entity.services.mlmodelService import (
    MlModelConnection,
    MlModelService,
    MlModelServiceType,
)
from metadata.generated.schema.security.client.openMetadataJWTClientConfig import (
    OpenMetadataJWTClientConfig,
)
from metadata.ingestion.ometa.ometa_api import OpenMetadata

create_service = CreateMlModelServiceRequest(
    name="mlflow-lab",
    serviceType=MlModelServiceType.Mlflow,
    connection=MlModelConnection(
        config=MlflowConnection(trackingUri="http://mlflow:5000", registryUri="http://mlflow:5000")
    ),
)
create_model = CreateMlModelRequest(
    name="churn",
    algorithm="regression",
    service="mlflow-lab",
    mlFeatures=[
        MlFeature(
            name="age",
            dataType=FeatureType.numerical,
            featureSources=[FeatureSource(name="age", dataType=FeatureSourceDataType.integer)],
        ),
        MlFeature(name="country", dataType="categorical", featureAlgorithm="PCA"),
    ],
    mlHyperParameters=[MlHyperParameter(name="regularisation", value="0.5")],
    mlStore=MlStore(storage="s3://models/churn"),
)
assert create_model.mlFeatures[1].dataType is FeatureType.categorical

if "--offline" in sys.argv:
    sys.exit()

metadata = OpenMetadata(
    OpenMetadataConnection(
        hostPort=os.environ["OM_HOST"],
        authProvider=AuthProvider.openmetadata,
        securityConfig=OpenMetadataJWTClientConfig(jwtToken=os.environ["OM_TOKEN"]),
    )
)

service = metadata.create_or_update(create_service)
model = metadata.create_or_update(create_model)
assert type(model) is MlModel
assert model.mlHyperParameters[0].value == "0.5"
assert model.mlFeatures[0].featureSources[0].dataType == FeatureSourceDataType.integer

before = metadata.get_by_name(MlModel, "mlflow-lab.churn")
after = before.model_copy(deep=True)
after.algorithm = "forest"
after.mlHyperParameters = []
patched = metadata.patch(MlModel, before, after)
assert patched.algorithm == "forest"
assert not patched.mlHyperParameters

metadata.delete(MlModelService, service.id, recursive=True, hard_delete=True)
