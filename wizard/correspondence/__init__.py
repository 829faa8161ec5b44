from . import document_dispatch_written_window
from . import document_letter_window
from . import document_statement_window
