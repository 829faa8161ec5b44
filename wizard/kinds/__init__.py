from . import document_dispatch_resend
from . import document_dispatch_suggestion
