from . import document_dispatch_text
from . import document_dispatch_mixin
