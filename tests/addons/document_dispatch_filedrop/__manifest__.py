{
    "name": "Document Dispatch: File Drop", "author": "Document Dispatch", "license": "LGPL-3",
    "depends": ["document_dispatch"],
}
