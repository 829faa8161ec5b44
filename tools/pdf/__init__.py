from . import child, folders, gateway, library, merge, pool, reader, stamp, text
