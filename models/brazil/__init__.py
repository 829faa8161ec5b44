from . import account_move
from . import document_dispatch_file
from . import document_dispatch_file_checks
from . import document_dispatch_file_danfe
from . import document_dispatch_file_document
from . import document_dispatch_file_reading
from . import document_dispatch_file_words
from . import ir_attachment
