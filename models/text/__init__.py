from . import document_dispatch_mixin
from . import document_dispatch_text
