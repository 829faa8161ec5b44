{
    "name": "Document Dispatch: Example, Purchase Orders",
    "summary": "Purchase orders as documents that are dispatched: the example of the developers' guide",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "author": "Document Dispatch Founders",
    "website": "https://document-dispatch.example",
    "license": "LGPL-3",
    "depends": ["document_dispatch", "purchase"],
    "data": ["data/document_dispatch_type.xml"],
}
