from . import document_dispatch_correct
from . import document_dispatch_exclude
from . import document_dispatch_release
from . import document_dispatch_resend
from . import document_dispatch_schedule
