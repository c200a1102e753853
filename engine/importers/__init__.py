"""The doors for foreign formats: each importer turns one of them into a document."""
