from . import signatures, text_blocks, text_compare, text_marks, text_own, text_values, texts
