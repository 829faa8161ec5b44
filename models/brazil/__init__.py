from . import account_move
from . import document_dispatch_file
from . import document_dispatch_file_checks
from . import document_dispatch_file_danfe
from . import document_dispatch_file_messages
from . import document_dispatch_file_mixin
from . import document_dispatch_file_reading
from . import ir_attachment
