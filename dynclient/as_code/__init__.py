"""A catalogue as files: create requests of entities, documents, and folders of them."""
