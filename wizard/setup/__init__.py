from . import document_dispatch_overview
from . import document_dispatch_copy
from . import document_dispatch_overview_copy
