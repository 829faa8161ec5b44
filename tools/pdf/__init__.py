from . import child, folders, gateway, merge, pool, reader, stamp, text
