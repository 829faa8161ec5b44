from . import text_blocks, text_compare, text_marks, text_own, text_values, texts
