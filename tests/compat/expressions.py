"""Expressions that must have the same value with dynclient and with the official SDK 1.6.0.

Run by either Python; prints ``{expression: outcome}`` as JSON. An outcome is plain data, or what
was raised: the kinds and places of the errors.
"""

# ruff: noqa: F403, F405, F401, E501, RUF100
from __future__ import annotations

import json
import sys
import warnings
from typing import Any
from uuid import UUID

if __name__ == "__main__" and len(sys.argv) > 1:
    # Under dynclient: the archive or folder of the tree is given.
    import dynclient
    from dynclient import compat

    compat.install(dynclient.release("1.6.0", source=sys.argv[1]), prefer="dynclient")

from metadata.generated.schema.api.data.createDatabase import CreateDatabaseRequest
from metadata.generated.schema.api.data.createMlModel import CreateMlModelRequest
from metadata.generated.schema.api.data.createTable import CreateTableRequest
from metadata.generated.schema.api.data.createTopic import CreateTopicRequest
from metadata.generated.schema.api.feed.createSuggestion import CreateSuggestionRequest
from metadata.generated.schema.api.feed.createThread import CreateThreadRequest
from metadata.generated.schema.api.services.createDatabaseService import (
    CreateDatabaseServiceRequest,
)
from metadata.generated.schema.entity.data.mlmodel import *
from metadata.generated.schema.entity.data.searchIndex import SearchIndexField
from metadata.generated.schema.entity.data.table import *
from metadata.generated.schema.entity.docStore.document import Data, Document
from metadata.generated.schema.entity.feed.thread import Post, Thread
from metadata.generated.schema.entity.services.connections.connectionBasicType import *
from metadata.generated.schema.entity.services.connections.database.common.basicAuth import (
    BasicAuth,
)
from metadata.generated.schema.entity.services.connections.database.mysqlConnection import (
    MysqlConnection,
)
from metadata.generated.schema.entity.services.connections.database.postgresConnection import (
    PostgresConnection,
)
from metadata.generated.schema.entity.services.databaseService import *
from metadata.generated.schema.security.ssl.validateSSLClientConfig import ValidateSslClientConfig
from metadata.generated.schema.security.ssl.verifySSLConfig import *
from metadata.generated.schema.type.basic import *
from metadata.generated.schema.type.entityHistory import EntityVersion
from metadata.generated.schema.type.entityReference import EntityReference
from metadata.generated.schema.type.entityReferenceList import EntityReferenceList
from metadata.generated.schema.type.tagLabel import *

U = "2f0a4bd1-2e2f-4a5e-9d7e-0a6c54ad3f0a"
ref = EntityReference(id=U, type="user")
col = Column(name="id", dataType="BIGINT")
tag = {"tagFQN": "PII.S", "source": "Classification", "labelType": "Manual", "state": "Confirmed"}
tbl = Table.model_validate(
    {
        "id": U,
        "name": "t",
        "columns": [{"name": "a", "dataType": "INT", "tags": [tag]}],
        "owners": [{"id": U, "type": "user"}],
        "version": 0.1,
        "updatedAt": 1651237632058,
        "href": "http://localhost:8585/api/v1/tables/x",
    }
)
req = CreateTableRequest(name="t", databaseSchema="a.b.c", columns=[col], description=None)
svc = CreateDatabaseServiceRequest(
    name="s",
    serviceType="Mysql",
    connection=DatabaseConnection(
        config=MysqlConnection(username="u", authType=BasicAuth(password="pw"), hostPort="h:1")
    ),
)


def as_plain_data(value: Any) -> Any:
    """Return an outcome as plain data."""
    if isinstance(value, (set, frozenset)):
        return sorted(map(str, value))
    if isinstance(value, type):
        return value.__name__
    if isinstance(value, dict):
        return {str(name): as_plain_data(below) for name, below in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_plain_data(below) for below in value]
    if value is None or type(value) in {bool, str, int, float}:
        return value
    return f"{type(value).__name__}: {value!r}"


def outcome(expression: str) -> Any:
    try:
        return as_plain_data(eval(expression))
    except Exception as error:
        if hasattr(error, "errors"):
            return {"faults": [[item["type"], list(item["loc"])] for item in error.errors()]}
        return {"raised": type(error).__name__}


EXPRESSIONS = """
tbl.id.root
str(tbl.id.root)
tbl.name.root
tbl.owners.root[0].id.root
type(tbl.owners.root)
len(tbl.owners.root)
tbl.columns[0].name.root
tbl.columns[0].dataType
tbl.columns[0].dataType.value
tbl.columns[0].dataType.name
tbl.columns[0].tags[0].tagFQN.root
tbl.version.root
tbl.updatedAt.root
str(tbl.href.root)
tbl.deleted
tbl.description
tbl.model_fields_set
tbl.model_dump(mode="json",exclude_none=True)
tbl.model_dump(mode="json",exclude_unset=True)
tbl.model_dump(exclude_none=True)
tbl.model_dump(include={"id","name"})
tbl.model_dump(exclude={"id","columns"},exclude_none=True,mode="json")
tbl.model_dump(include={"columns":{0:{"name"}}},mode="json")
tbl.model_dump(include={"columns":{"__all__":{"name","dataType"}}},mode="json")
tbl.model_dump(exclude={"columns":{"__all__":{"tags"}}},mode="json",exclude_none=True)
tbl.model_dump(exclude_defaults=True,mode="json")
tbl.model_dump_json()
tbl.json(exclude_none=True)
tbl.json(include={"name"})
tbl.dict(include={"name"})
json.loads(tbl.json(exclude={"locationPath","certification","columns"}))
tbl.copy(update={"description":"x"}).description
tbl.copy(exclude={"columns"}).model_fields_set
tbl.model_copy(update={"description":"x"}).model_fields_set
tbl.model_copy().columns is tbl.columns
tbl.model_copy(deep=True).columns is tbl.columns
tbl.model_copy(deep=True)==tbl
tbl==Table.model_validate(tbl.model_dump())
tbl==Table.model_validate_json(tbl.model_dump_json())
dict(tbl).keys()==set(Table.model_fields)
list(Table.model_fields)[:4]
Table.model_fields["id"].is_required()
Table.model_fields["deleted"].default
Table.model_fields["id"].alias
Table.__name__
repr(ref)
str(ref)
repr(col.name)
str(col.name)
repr(col.dataType)
str(col.dataType)
f"{col.dataType}"
col.dataType==DataType.BIGINT
col.dataType is DataType.BIGINT
DataType("INT")
DataType["INT"]
[d.name for d in DataType][:3]
hash(DataType.INT)==hash(DataType("INT"))
req.model_dump_json()
req.model_fields_set
req.json(exclude_unset=True)
svc.connection.config.authType.password.get_secret_value()
str(svc.connection.config.authType.password)
repr(svc.connection.config.authType.password)
repr(svc.connection.config.authType)
svc.connection.config.type
svc.connection.config.scheme
svc.connection.config.supportsMetadataExtraction
svc.connection.config.connectionOptions
svc.model_dump(mode="json",exclude_none=True,exclude_unset=True)
svc.connection.config.__class__.__name__
DatabaseConnection(config={"type":"Mysql","username":"u","hostPort":"h:1"}).config.__class__.__name__
DatabaseConnection(config={"username":"u","hostPort":"h:1"}).config.__class__.__name__
DatabaseConnection(config={"type":"Postgres","username":"u","hostPort":"h:1","database":"d"}).config.__class__.__name__
MysqlConnection(username="u",hostPort="h",authType=5)
MysqlConnection(username="u",hostPort="h",authType={"password":5})
MysqlConnection(username="u",hostPort="h",type="Nope",scheme=5)
DatabaseConnection()
DatabaseConnection(config=None)
CreateTableRequest()
CreateTableRequest(name="t",databaseSchema="a",columns=[{"name":"a","dataType":"NOPE"}])
CreateTableRequest(name="t",databaseSchema="a",columns=[{"name":"a"}],nope=1)
CreateTableRequest(name="",databaseSchema="a",columns=[])
CreateTableRequest(name=5,databaseSchema="a",columns=[])
CreateTableRequest(name="x"*300,databaseSchema="a",columns=[])
CreateTableRequest(name="a",databaseSchema="a",columns={"a":1})
CreateTableRequest(name="a",databaseSchema="a",columns=5)
CreateTableRequest(name="a",databaseSchema="a",columns=(col,)).columns[0] is col
CreateTableRequest(name="a",databaseSchema="a",columns=[5])
CreateTableRequest(name="a",databaseSchema="a",columns=[],owners={"id":U,"type":"user"})
CreateTableRequest(name="a",databaseSchema="a",columns=[],owners=[{"id":U,"type":"user"}]).owners.root[0].type
CreateTableRequest(name="a",databaseSchema="a",columns=[],owners=EntityReferenceList(root=[ref])).owners.root[0] is ref
CreateTableRequest(name="a",databaseSchema="a",columns=[col]).columns[0] is col
CreateTableRequest(name=EntityName("a"),databaseSchema=FullyQualifiedEntityName("x"),columns=[]).name.root
CreateTableRequest(name=EntityName("a"),databaseSchema=EntityName("x"),columns=[])
CreateTableRequest(name="a",databaseSchema="a",columns=[{"name":"a","dataType":"ARRAY","arrayDataType":DataType.INT,"children":[{"name":"b","dataType":"INT","dataLength":"7"}]}]).columns[0].children[0].dataLength
CreateTableRequest(name="a",databaseSchema="a",columns=[{"name":"a","dataType":"INT","dataLength":"x"}])
CreateTableRequest(name="a",databaseSchema="a",columns=[{"name":"a","dataType":"INT","dataLength":1.5}])
CreateTableRequest(name="a",databaseSchema="a",columns=[{"name":"a","dataType":"INT","dataLength":2.0}]).columns[0].dataLength
CreateTableRequest(name="a",databaseSchema="a",columns=[{"name":"a","dataType":"INT","dataLength":True}]).columns[0].dataLength
CreateTableRequest(name="a",databaseSchema="a",columns=[{"name":"a","dataType":"INT","tags":[{"tagFQN":"x"}]}])
CreateTopicRequest(name="t",service="s",partitions=0)
CreateTopicRequest(name="t",service="s",partitions=1).partitions
CreateTopicRequest(name="t",service="s",partitions=None)
EntityReference(id="x",type="t")
EntityReference(id=UUID(U),type="t").id.root
EntityReference(id=5,type="t")
EntityReference(id=ref.id,type="t").id==ref.id
EntityReference(id=U,type="t",deleted="yes").deleted
EntityReference(id=U,type="t",deleted=1).deleted
EntityReference(id=U,type="t",deleted=2)
EntityReference(id=U,type="t",deleted="maybe")
EntityReference(id=U,type="t",href="nope")
EntityReference(id=U,type=None)
EntityReference(type="x")
EntityReference.model_validate(5)
EntityReference.model_validate(ref) is ref
EntityReference.model_validate_json("{")
EntityReference.model_validate_json('{"id":"%s","type":"t"}'%U).type
EntityReference.parse_obj({"id":U,"type":"t"}).type
EntityReference.parse_raw('{"id":"%s","type":"t"}'%U).type
EntityReference.model_construct(id="x").id
EntityReference.model_construct(id="x").model_fields_set
EntityReference.model_construct(id="x").deleted
ref==EntityReference(id=U,type="user")
ref==EntityReference(id=U,type="team")
ref!=None
ref=={"id":U}
hash(ref)
EntityReferenceList(root=[ref]).root[0] is ref
EntityReferenceList([ref]).root
EntityReferenceList(root=[ref]).model_dump(mode="json",exclude_none=True)
EntityReferenceList(root=[ref]).model_dump_json()
EntityReferenceList.model_validate([{"id":U,"type":"t"}]).root[0].type
EntityReferenceList([5])
EntityReferenceList()
EntityName("a").root
EntityName(root="a")==EntityName("a")
EntityName("")
EntityName("a::b")
EntityName(5)
EntityName("a").model_dump()
EntityName("a").model_dump_json()
EntityName.model_validate("a").root
Uuid(U).root
Uuid("x")
Timestamp(5).root
Timestamp("5").root
Timestamp("x")
Date("2020-01-02").root
DateTime("2020-01-02T03:04:05Z").root
DateTime("2020-01-02T03:04:05Z").model_dump(mode="json")
DateTime("2020-01-02T03:04:05.123+02:00").model_dump(mode="json")
DateTime("x")
Time("03:04:05").root
Email("a@b.co").root
Email("nope")
Markdown("x").root
Number(5).root
Number("5.0").root
SupportsMetadataExtraction(True).root
SupportsMetadataExtraction(root=False)
ConnectionOptions(root={"a":"b"}).root
ConnectionOptions({"a":5})
ConnectionArguments(root={"a":5}).root
SslConfig(root=ValidateSslClientConfig(caCertificate="x")).root.caCertificate.get_secret_value()
SslConfig({"caCertificate":"x"}).root.__class__.__name__
EntityExtension(root={"a":1}).root
EntityVersion(0.1).root
EntityVersion(0.15)
EntityVersion(0.05)
CreateThreadRequest.model_fields["from_"].alias
CreateThreadRequest(**{"from":"a","message":"m","about":"<#E::table::x>"}).from_
CreateThreadRequest(**{"from":"a","message":"m","about":"<#E::table::x>"}).model_dump(by_alias=True,exclude_unset=True,mode="json")
CreateThreadRequest(**{"from":"a","message":"m","about":"<#E::table::x>"}).model_dump(exclude_unset=True,mode="json")
CreateThreadRequest(from_="a",message="m",about="<#E::table::x>")
CreateThreadRequest(**{"from":"a","message":"m","about":"nope"})
CreateSuggestionRequest(description="d",entityLink="<#E::table::x>",type="SuggestDescription").root.__class__.__name__
CreateSuggestionRequest(root={"description":"d","entityLink":"<#E::table::x>"}).root.description
CreateSuggestionRequest(nope=1)
MlFeature(name="a",dataType="numeric")
FeatureSource(name="a").dataType
FeatureSource(name="a").model_dump(exclude_unset=True,mode="json")
setattr(ref,"nope",1)
ref.nope
Column(name="a",dataType="INT").model_copy(update={"nope":1}).nope
Column(name="a",dataType="INT",constraint="NOPE")
TagLabel(tagFQN="x",labelType=LabelType.Manual,state=State.Confirmed,source=TagSource.Glossary).model_dump(mode="json",exclude_none=True)
Document.model_validate({"name":"x","fullyQualifiedName":"x","entityType":"y","data":{"a":1}}).data.a
Data(a=1).model_dump()
Data(a=1).model_extra
CreateDatabaseRequest(name="a",service="s",default="false").default
CreateDatabaseRequest(name="a",service="s").default
isinstance(svc.connection.config,MysqlConnection)
MysqlConnection(username="u",hostPort="h",authType={"password":"p"}).authType.__class__.__name__
MysqlConnection(username="u",hostPort="h",authType={"awsConfig":{"awsRegion":"x"}}).authType.__class__.__name__
MysqlConnection(username="u",hostPort="h",authType={"nope":1})
MysqlConnection(username="u",hostPort="h",connectionOptions={"a":"b"}).connectionOptions.root
MysqlConnection(username="u",hostPort="h",connectionArguments={"a":1}).model_dump(mode="json",exclude_unset=True)
TableData(columns=["a"],rows=[[1,None,"x"]]).rows
TableData(columns=["a"],rows=[1])
TableData(columns="a")
Table.construct(name="x").name
EntityReference.construct(id="x").model_dump()
EntityReference.validate({"id":U,"type":"t"}).type
EntityReference(**{"id":U,"type":"t","name":None}).model_fields_set
EntityReference(**{"id":U,"type":"t","name":None}).model_dump(exclude_unset=True,mode="json")
EntityReference(id=U,type="t",deleted=False).model_dump(exclude_defaults=True,mode="json")
EntityReference(id=U.upper(),type="t").model_dump(mode="json",exclude_none=True)
EntityReference(id=U,type="t").dict(exclude_none=True)
EntityReference(id=U,type=DataType.INT)
TagLabel(tagFQN="x",labelType="Manual",state="Nope",source=5)
TagLabel(tagFQN=["x"],labelType="Manual",state="Confirmed",source="Glossary")
TagLabel.model_validate({"tagFQN":"x"})
[tag.tagFQN.root for column in tbl.columns for tag in column.tags]
Column(name="a",dataType="ARRAY",arrayDataType="STRUCT",children=[Column(name="b",dataType="INT")]).children[0].name.root
Column(name="a",dataType="INT",children=[{"name":"b","dataType":"NOPE","children":[{}]}])
Column(name="a",dataType="INT",ordinalPosition="1").ordinalPosition
Column(name="a",dataType="INT",jsonSchema={}).jsonSchema
Column(name="a",dataType="INT",displayName=5)
Column(name="a",dataType=None)
Column(**{"name":"a","dataType":"INT"}).model_copy(update={"dataType":DataType.STRING}).dataType
ColumnProfile(name="a",timestamp=5,valuesCount="7",min="1",max=2.5).valuesCount
ColumnProfile(name="a",timestamp=5,valuesCount="7",min="1",max=2.5).min
ColumnProfile(name="a",timestamp=5,min=1).min
ColumnProfile(name="a",timestamp=5,min={"a":1})
ColumnProfile(name="a",timestamp="x")
DataModel(modelType="DBT",sql="select 1",columns=[]).modelType
DataModel(modelType="DBT",generatedAt="2020-01-02T03:04:05Z").model_dump(mode="json",exclude_unset=True)
DataModel(modelType="DBT",generatedAt="x")
TableJoins(startDate="2020-01-02",dayCount=1).startDate.root
TableJoins(startDate="2020-01-02T00:00:00",dayCount=1).startDate.root
TableJoins(startDate="2020-01-02T01:00:00",dayCount=1)
TableJoins(startDate=5)
TableJoins(startDate=86400).startDate.root
TableProfilerConfig(profileSample=50).profileSample
TableProfilerConfig(profileSampleType="ROWS").profileSampleType
TableProfilerConfig().profileSampleType
TableProfilerConfig().model_dump(exclude={"computeTableMetrics","computeColumnMetrics"},exclude_none=True,mode="json")
""".strip().splitlines()

if __name__ == "__main__":
    warnings.simplefilter("ignore")
    json.dump({expression: outcome(expression) for expression in EXPRESSIONS}, sys.stdout)
