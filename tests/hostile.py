"""Files that are made to harm whoever reads them: small ones that want hours or gigabytes, and broken ones.

Made when they are asked for, so that none of them lies around. Plain Python: tests with and without Odoo use it.
"""

import base64
import io
import random
import zlib

from reportlab.pdfgen.canvas import Canvas

NFE = "http://www.portalfiscal.inf.br/nfe"
_CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
_PAGES = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
#: A page that says Fatura; its password, of AES-256, is 1234: not every library that writes PDFs can do that
LOCKED = (
    "c-m!FONd-W6kP}+9kLOOA}9|bu5`L?{R^6bWIi}dl9{BFxCn~%xi#t7^Ll*!CYgu}1s95efQSpxAc9~vS*eH+j3_~LVMIh-"
    "2~lwoKMNs<X5oE3zt-tl^y^!%ZryY4Ik#r-"
    ";`HppFd<rdumAYv*DWYmF$kwxoldL0=$G)|AYsuyHpD}N64yh+g40V!TJ57}S7>d@*S<ekYE4eIuuRQfK9*x@uv*pywA%B%G%QXOqS;zJwz+wf"
    "Z)~gh&(^ZWvK|(4{kVgedVc?4jj}NMQ%+5AqjX^<Ojzq|lXcNov}LovBRCwaR*@=h^377dLanbXR)g5Zno_k1f6+dQYjx3{Tc&dMZ+uT}e9uu{"
    "DzJTIQ2QDSMx|H29Hnf++c?Hx$T1kRy?%{VbJD)<)ZCm^(-=pj&h{za#t$m}0G3Pj$pW}-"
    "5)JDL{c>yf#O+giUR=7g`i6PpyVJit^Y;($p1*o>`q0&1FPy*i)GrsG+w;f#`}f}W&gb9mayMVScE@c`{yhKMs=2au_@4e-"
    "4?O$(u9xwz1J7Uj=Ujf}=8gA0{NU|R@A&xE-"
    "4A_rrT*fs6Zc<!@P)<CUU$1M>N~&x=*HpeZ%*8L{F9fy`RT%+*A_0H>#%U90kl!d1~fGe4GKNta~ruHTi)-7I3m6M2=-57-"
    "HX1}o+$}%uUsnHkM_!a<*>IIXtfXd<%Sj#OLsNYBVHSJVUy%0*Vs{J?5KUK^~ph1bW(O92d9xMkOFitCPtREaL%%zVvq(IC~bL=+Nxl9U;wmBW"
    "fLVTYUmW9t$TxVy6JW&bKpiwt~g7AK9G6L&ZuaF3Cac?fHWu~XI7`=EI6sGVoquwj0m8!l-"
    "Xc*HnA*t6jpIMR&tO&29q`qY>MZWUPI*^oye8sHpQ3>c<n?G!9}knBFLanbIZA-"
    "+BJt9n91M_7|Jz|XU_~Oa#{xo7N)G2c1UytrqFP&qfpXl=MvAxQcegSt!GYa!>DROiz*7_NXf|i>m)><0s%y!L9v`d;yx1zp6V0Px}bRk6{6q{"
    "c($1dZ2@zZL@*D?Fbm@_N{3Vhpz|DJHadjJ1lo*pa%9M~8p$UeCw<C7r_6Zb+!#U_6|(3OBu1oB2b5x5C8e@8UMA<6HyN{~>aw-"
    "eS}H(Gp%sQmv^%N;SoR80dBqJafndp69kq{9^304^RCVA&a6dVc-zkiB(eYq4X~+gkb!45aHUwV>YGFVjlW5@Nm=l$ONhJXWg^G#fK{{d3%!gj"
    "xCkiFAq(z5}GbRzJrPNMv1joqeh|LTkQ5PKtEj4D9vt=<VPX}=6N0}<WvVw_x;QPbzX=BHXaJ*17stUa|Pq?Dz#X@o?oi-$zt%=m`*1k-"
    ">O0D)n(J|D$lr+(#MA8N%YHLXIDMN}nkt&GWn5bWtF$4n|Fh&r{5o(!rR+y#n)LGg|CIBsL3>p}a%(4vx;223fC2x{;Cg>=GmyF~c(6NXfypWt"
    "U8ZeSJgg}xRaPlOfr_MK8aT1WkE(K>&1f)@!GkM9Aouzb2nZ^QBv!iL>t<%O+GaF`3H`hXYdJq>@uxwsBNb`86dt7W0C3r(=Gt#^D@@%o5p!rd"
    "4|5%tIGXxo_J7k=kJxAhIane}?ZG7~Ke8!oP$&=ZA_K8LX(~KD%NqLs(5fM!q<-"
    "jBN(a;p3>5|E+UMerO^p*iLoC}kPzQ_{c*CH#Q1SZ=IxU5{`8LXDc>B$P7MUd7+v??X$Gn3hpx1CBT^W>OR)+)>`R=5`1`V^Wvu8Lf2#ein~Xr"
    "<haS+OGqlJAHK2|Hp+vz;-w^F2*h`2S)c%~&mU<$HasMmq2Io<@Q}xAK7gy;#50=gK@N%*OLH-"
    "MAefd(lX?IV2J`kZ&DvVqKEJ8VyYnd(sH&wKqP~tYDVYh_p5!N(jyiJ=xsNbVpTZSL(uU-gd*<SM`WY&ID`i-8-`|+xi!<Wujv"
)
_CMAP = b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange\n"


def assemble(*objects, trailer=b"/Root 1 0 R"):
    """A PDF of these objects, numbered from 1."""
    content, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(content)
    content += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    content += b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(content) + b"trailer\n<<%s/Size %d>>\nstartxref\n%d\n%%%%EOF\n" % (trailer, len(places) + 1, start)


def stream(data, entries=b"/Filter/FlateDecode", times=1):
    """A stream, packed so many times."""
    for _ in range(times):
        data = zlib.compress(data, 9)
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (entries, len(data), data)


def page(contents, resources=b"", *more):
    """A PDF with one page that draws this; further objects are numbered from 5."""
    return assemble(
        _CATALOG, _PAGES,
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<<%s>>>>" % resources,
        contents, *more,
    )


def letter(*lines, **options):
    """A harmless one, each line on a page of its own; options are those of a canvas."""
    target = io.BytesIO()
    canvas = Canvas(target, **options)
    for line in lines:
        canvas.drawString(40, 700, line)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def locked():
    """One that asks for a password."""
    return zlib.decompress(base64.b85decode(LOCKED))


def _fonts(count, font, *more):
    """A page that uses so many fonts, all of them one and the same."""
    names = b"".join(b"/F%d %d 0 R" % (number, 6 + len(more) + number) for number in range(count))
    use = b"BT " + b"".join(b"/F%d 9 Tf (a)Tj " % number for number in range(count)) + b"ET"
    return page(stream(use), b"/Font<<%s>>" % names, *more, b"null", *[font] * count)


def _maps(line, count, fonts):
    """Fonts whose character map has a line so often."""
    font = b"<</Type/Font/Subtype/Type0/BaseFont/A/Encoding/Identity-H/ToUnicode 5 0 R>>"
    body = _CMAP + b"".join(b"100 beginbfrange\n" + line * 100 + b"endbfrange\n" for _ in range(count)) + b"endcmap"
    return _fonts(fonts, font, stream(body))


def _tree(depth):
    """A list of pages in a list of pages, and so on."""
    nodes = [b"<</Type/Pages/Kids[%d 0 R]/Count 1/Parent %d 0 R>>" % (number + 1, number - 1)
             for number in range(2, depth)]
    return assemble(_CATALOG, *nodes, b"<</Type/Page/MediaBox[0 0 9 9]/Parent %d 0 R>>" % (depth - 1))


def pdfs():
    """Yield name, bytes, and whether a reader must say that it could not read all of it."""
    whole = letter("Fatura")
    cross = b"%PDF-1.7\n1 0 obj\n" + _CATALOG + b"\nendobj\n2 0 obj\n" + _PAGES + b"\nendobj\n"
    kid = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"
    bomb = b" " * 400_000_000

    # fonts
    yield "character maps", _maps(b"<0000> <FFFF> <0000>\n", 400, 1000), True
    yield "character map of lists", _maps(b"<0000> <FFFF> [" + b"<41>" * 200 + b"]\n", 50, 300), False
    wide = b"<</Type/Font/Subtype/Type0/BaseFont/A/Encoding/Identity-H/DescendantFonts[5 0 R]>>"
    yield "widths of a billion letters", _fonts(
        1, wide, b"<</Type/Font/Subtype/CIDFontType2/BaseFont/A/W[0 1000000000 500]>>"), True
    yield "list of widths", _fonts(200, wide, b"<</Type/Font/Subtype/CIDFontType2/BaseFont/A/W[0[%s]]>>" % (
        b"1 " * 2_000_000)), True
    yield "differences", _fonts(300, b"<</Type/Font/Subtype/Type1/BaseFont/A/Encoding<</Differences[0 %s]>>>>" % (
        b"/a " * 5000)), False

    # the list of objects
    yield "many startxref", b"%PDF-1.7\n" + b"startxref\n" * 900_000 + b"%%EOF", True
    yield "list of objects leads to itself", cross + (
        b"xref\n0 1\n0000000000 65535 f \ntrailer\n<</Root 1 0 R/Size 3/Prev %d>>\nstartxref\n%d\n%%%%EOF"
        % (len(cross), len(cross))), True
    yield "a billion objects", cross + (
        b"xref\n0 1000000000\n0000000000 65535 f \ntrailer\n<</Root 1 0 R/Size 1000000000>>\nstartxref\n%d\n%%%%EOF"
        % len(cross)), True
    for name, index, widths, entries in (
        ("a billion objects without bytes", b"[0 1000000000]", b"[0 0 0]", b""),
        ("objects of a billion bytes", b"[0 9]", b"[1000000000 1000000000 1000000000]", b"\x01" * 99),
        ("fields of no number", b"[-5 1000000000]", b"[1 2 -1]", b"\x01" * 99),
    ):
        yield name, cross + b"5 0 obj\n" + stream(entries, (
            b"/Type/XRef/Size 1000000000/Index%s/W%s/Root 1 0 R/Filter/FlateDecode" % (index, widths))
        ) + b"\nendobj\nstartxref\n%d\n%%%%EOF" % len(cross), True
    yield "nothing but objects", b"%PDF-1.7\n" + b"".join(b"%d 0 obj\nnull\nendobj\n" % n for n in range(350_000)), True
    objects = b" ".join(b"%d 0" % number for number in range(1_000_000))
    yield "packed objects", cross + b"5 0 obj\n" + stream(
        b"", b"/Type/XRef/Size 9/Index[3 1]/W[1 1 1]/Root 1 0 R/Filter/FlateDecode") + (
        b"\nendobj\n6 0 obj\n" + stream(objects, b"/Type/ObjStm/N 1000000/First %d/Filter/FlateDecode" % len(objects))
        + b"\nendobj\nstartxref\n%d\n%%%%EOF" % len(cross)), True

    # pages
    yield "deep list of pages", _tree(60_000), True
    yield "pages that lead to themselves", assemble(_CATALOG, b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>"), True
    yield "pages that lead to their parents", assemble(
        _CATALOG, b"<</Type/Pages/Kids[3 0 R 3 0 R]/Count 4>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 4>>"), True
    doubling = [b"<</Type/Pages/Kids[%d 0 R %d 0 R]/Count 2>>" % (n + 1, n + 1) for n in range(2, 40)]
    yield "pages that double", assemble(_CATALOG, *doubling, kid), True
    yield "one page a million times", assemble(_CATALOG, b"<</Type/Pages/Kids[%s]/Count 9>>" % (
        b"3 0 R " * 1_000_000), kid), True
    yield "no page", assemble(_CATALOG, b"<</Type/Pages/Kids[]/Count 0>>"), True

    # streams
    yield "unpacks to 400 MB", page(stream(bomb)), True
    yield "packed twice", page(stream(bomb, b"/Filter[/FlateDecode/FlateDecode]", 2)), True
    yield "packed a thousand times", page(stream(b"q", b"/Filter[%s]" % (b"/FlateDecode" * 1000), 1000)), False
    yield "a form of 400 MB", page(stream(b"/X Do"), b"/XObject<</X 5 0 R>>", stream(
        bomb, b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Filter/FlateDecode")), True
    yield "rows of a billion columns", page(stream(
        b"\2" * 9_000_000, b"/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 1000000000/Colors 9>>")), True
    yield "repeated bytes", page(b"<</Filter/RunLengthDecode/Length 8000000>>stream\n" + b"\x81a" * 4_000_000
                                 + b"\nendstream"), True
    yield "hexadecimal", page(b"<</Filter/ASCIIHexDecode/Length 9000000>>stream\n" + b"2" * 9_000_000
                              + b"\nendstream"), True
    yield "a form that draws itself", page(stream(b"/X Do"), b"/XObject<</X 5 0 R>>", stream(
        b"/X Do " * 99, b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 5 0 R>>>>/Filter/FlateDecode"
    )), False
    forms = [stream(b"/X Do /X Do", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X %d 0 R>>>>"
                    b"/Filter/FlateDecode" % number) for number in range(6, 46)]
    yield "forms that double", page(stream(b"/X Do"), b"/XObject<</X 5 0 R>>", *forms, stream(
        b"", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Filter/FlateDecode")), True

    # what is drawn
    for name, drawing in (
        ("many words", b"BT /F 9 Tf " + b"(a)Tj " * 160_000 + b"ET"), ("states that never end", b"q " * 490_000),
        ("long text", b"BT /F 9 Tf (" + b"a" * 900_000 + b")Tj ET"), ("open brackets", b"[" * 900_000),
        ("open dictionaries", b"<<" * 450_000), ("a long number", b"1" * 900_000 + b" Tj"),
        ("a picture that never ends", b"BI /W 9 /H 9 ID " + b"EI" * 400_000), ("open strings", b"(" * 900_000),
        ("moved words", b"BT /F 9 Tf " + b"9 9 Td (a)Tj " * 70_000 + b"ET"),
    ):
        yield name, page(stream(drawing), b"/Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>"), False

    # signs
    for name, piece, times in (
        ("nested lists", b"[", 4_000_000), ("nested dictionaries", b"<<", 4_000_000),
        ("nested strings", b"(", 4_000_000), ("remarks", b"%\n", 4_000_000), ("long name", b"/a#41", 1_500_000),
        ("long number", b"9", 9_000_000),
        ("blanks", b" ", 9_000_000),
    ):
        yield name, assemble(_CATALOG, piece * times, kid), True
    yield "objects that are each other", assemble(_CATALOG, b"3 0 R", b"2 0 R"), True
    yield "length that is itself", page(b"<</Length 4 0 R>>stream\nq\nendstream"), False

    # broken and locked ones
    yield "truncated", whole[:len(whole) // 2], True
    yield "its head", whole[:9], True
    yield "its end", whole[-200:], True
    yield "noise", b"%PDF-1.7\n" + random.Random(1).randbytes(3_000_000), True
    yield "nothing", b"", True
    yield "an image", b"\x89PNG\r\n\x1a\n" + bytes(1000), True
    yield "password", locked(), True
    yield "too large", whole + b" " * 10_000_000, True


def _attributes(name, count):
    return " ".join(f"{name}{number}='{number}'" for number in range(count))


def xmls():
    """Yield name, bytes, and whether it must be refused."""
    root, end = f'<nfeProc xmlns="{NFE}">', "</nfeProc>"
    entities = "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
    for name, text, refused in (
        ("entities", f"<!DOCTYPE a [<!ENTITY a0 'ha'>{entities}]>{root}&a11;{end}", True),
        ("a file of the server", f"<!DOCTYPE a [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>{root}&a;{end}", True),
        ("a page of the network", f"<!DOCTYPE a SYSTEM 'http://127.0.0.1:9/a.dtd'>{root}{end}", True),
        ("deep", root + "<a>" * 400_000, True),
        ("deep and whole", root + "<a>" * 200_000 + "</a>" * 200_000 + end, True),
        ("many attributes", f"{root}<a {_attributes('b', 100_000)}/>{end}", True),
        ("attributes on one tag", f"{root}<a {_attributes('b', 19_000)}/>{end}", False),
        ("namespaces on one tag", f"{root}<a {_attributes('xmlns:b', 19_000)}/>{end}", False),
        ("namespaces, each in the other", root + "".join(f"<a xmlns:b{n}='{n}'>" for n in range(19_000)), True),
        ("namespaces on each level", root + "".join(f"<a {_attributes(f'xmlns:b{n}x', 70)}>" for n in range(250))
         + "<b0x0:c/>" * 100_000 + "</a>" * 250 + end, False),
        ("long text", f"{root}<a>{'x' * 9_000_000}</a>{end}", False),
        ("long attribute", f"{root}<a b='{'x' * 9_000_000}'/>{end}", False),
        ("long name", f"{root}<{'x' * 9_000_000}/>{end}", True),
        ("many tags", root + "<a/>" * 2_000_000 + end, True),
        ("many tags, and few enough", root + "<a/>" * 499_000 + end, False),
        ("many protocols", root + "<protNFe/>" * 499_000 + end, False),
        ("signs by number", f"{root}<a>{'&#65;' * 1_900_000}</a>{end}", False),
        ("remarks", root + "<!---->" * 490_000 + end, False),
        ("raw parts", root + "<![CDATA[x]]>" * 490_000 + end, False),
        ("instructions", root + "<?a?>" * 490_000 + end, False),
        ("cut", root + "<NFe><infNFe", True),
        ("a sign that is none", f"{root}\ufffe\x00{end}", True),
    ):
        yield name, text.encode(), refused
        if refused:
            yield f"{name} (UTF-16)", text.encode("utf-16"), refused
    yield "too large", (root + end).encode() + b" " * 11_000_000, True
    yield "noise", root.encode() + random.Random(2).randbytes(3_000_000), True


_REPORT = ("From: mailer-daemon@mx.example\nTo: bounce@vendas.example\nSubject: Returned mail\n"
           "Message-ID: <a@mx.example>\nMIME-Version: 1.0\n")
_MIXED = _REPORT + "Content-Type: multipart/mixed; boundary=B\n\n"
#: Headers of which the gateway asks, of a mail or of its parts, and such as it writes anew into a file
_HEADERS = (
    "To", "From", "Cc", "Delivered-To", "Resent-To", "Return-Path", "Subject", "Date", "Message-ID", "References",
    "In-Reply-To", "Content-Type", "Content-Disposition", "Content-Transfer-Encoding", "Content-ID", "Received",
    "X-Failed-Recipients", "Auto-Submitted", "Final-Recipient", "Diagnostic-Code", "X-Any",
)
_SIGNS = (
    '"', "(", '(")', "\\", ";", "a ", ".", ",", ":", "<", "[", "a@b,", '"a" <a@b>,', "(@", "a@b (c),", "<a@b>", "\n ",
    ";a=b", ";a*1=b", ";name*0*=utf-8''%41", "=?utf-8?q?a?= ", "=?utf-8?b?YQ==?=", "=?a?q?=?b?q?", "=?", "\u202e",
    "\u0661", "\x00", "\x0b", "\r", "\xe9",
)
_LINES = (
    "a@", "<a@b>", "a@b ", "message-id: ", "message-id:<a@b> ", "550 ", "5.1.1 ", "not be ", "x: y\n", "From: a\n",
    "Received: a\nTo: b\n", "> ", "> Received: a\n> To: b\n\n", "<", ">", '"notificationType" ', "delivery fail ",
    "mailbox ", "unable to ", "feedback-type: ", "Final-Recipient: rfc822; a@b\nAction: failed\n\n", "&amp;", "&#65;",
    "=3D", "recipient ", "deliver to ", " ", "\t", "\n", "\r", "--B\n", "message-id'\"'\"'\"", "wird weiter ", "a",
    "a\n", "\u202eb\u202c", "\x00", "\x0c", "\u2028", "\xe9", "=\n", "begin 644 a\n", "<p>", "<!--", "<a@b", "</p>\n",
)


def mails():
    """Yield name and bytes of mails as they come to the gateway."""
    for kind in (_mail_headers, _mail_parts, _mail_reports, _mail_texts):
        yield from kind()


def _mail_headers():
    """Of the mail, of its parts, of a mail in it."""
    for header in _HEADERS:
        for sign in _SIGNS:
            value = f"{header}: a{sign * (20_000 // len(sign))}\n"
            kind = "" if header == "Content-Type" else "Content-Type: text/plain\n"
            yield f"{header} {sign!a}", (_REPORT + value + "\nx\n").encode("utf-8", "surrogateescape")
            yield f"{header} {sign!a} of parts", (_MIXED + f"--B\n{kind}{value}\nx\n" * 20 + "--B--\n").encode()
            yield f"{header} {sign!a} of a mail in it", (
                _MIXED + f"--B\nContent-Type: message/rfc822\n\n{value}{kind}\nx\n--B--\n").encode()
    for name, head in (
        ("line of megabytes", "X-Any: " + "a" * 9_000_000), ("name of megabytes", "X" * 9_000_000 + ": a"),
        ("words of megabytes", "Received: " + "a " * 4_000_000), ("many headers", "X-Any: a\n" * 500_000),
        ("many addresses", "To: a@b.example\n" * 200_000),
        ("many lines of a header", "X-Any: a\n" + " a\n" * 1_000_000),
        ("many senders", "From: " + "a@b.example, " * 500_000), ("no names", ": a\n" * 500_000),
        ("encoded words", "Subject: " + "=?utf-8?b?" + "YWFh" * 1_000_000 + "?="),
        ("many encoded words", "Subject: " + "\n ".join(["=?utf-7?q?+AGE-?="] * 100_000)),
        ("odd encoded words", "Subject: "
         + "=?utf-16?q?=FE=FF=D8?= =?idna?b?YQ==?= =?punycode?q?" + "a" * 3000 + "?= " * 99),
        ("punycode", "To: =?punycode?q?" + "99999-" * 500 + "?= <a@b.example>"),
        ("type in punycode", "Content-Type: text/plain; charset=punycode"),
        ("long boundary", f"Content-Type: multipart/mixed; boundary={'B' * 100_000}"),
    ):
        yield name, f"{_REPORT}{head}\n\nx\n".encode()


def _mail_parts():
    yield "many parts", (_MIXED + "--B\n\na\n" * 200_000).encode()
    yield "many empty parts", (_MIXED + "--B\n" * 2_000_000).encode()
    yield "parts of headers", (_MIXED + "--B\nContent-Type: text/plain; charset=x\nX-Any: a\n\na\n" * 100_000).encode()
    yield "many mails in it", (_MIXED + "--B\nContent-Type: message/rfc822\n\nTo: a@b\n\na\n" * 100_000).encode()
    yield "parts without a name", (_REPORT + 'Content-Type: multipart/mixed; boundary=""\n\n'
                                    + "--\n\na\n" * 200_000).encode()
    yield "name in odd letters", (_REPORT + "Content-Type: multipart/mixed; boundary*=utf-8''%42\n\n"
                                  + "--B\n\na\n" * 200_000).encode()
    yield "name in pieces", (_REPORT + "Content-Type: multipart/mixed; boundary*0=C; boundary*1=D\n\n"
                             + "--CD\n\na\n" * 200_000).encode()
    yield "name with a remark", (_REPORT + "Content-Type: multipart/mixed; boundary=(x)B\n\n"
                                 + "--B\n\na\n" * 200_000).encode()
    yield "name with blanks", (_REPORT + 'Content-Type: multipart/mixed; boundary="a b"\n\n'
                               + "--a b\n\na\n" * 200_000).encode()
    yield "digest", (_REPORT + "Content-Type: multipart/digest; boundary=B\n\n"
                     + "--B\n\nTo: a@b\n\na\n" * 100_000).encode()
    for depth in (90, 300, 5000):
        yield f"{depth} levels", (_REPORT + "".join(
            f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(depth)) + "\n\nx").encode()
        yield f"{depth} levels of one name", (_REPORT + "Content-Type: multipart/mixed; boundary=B\n\n--B\n" * depth
                                              + "\n\nx").encode()
        yield f"{depth} mails in mails", (_REPORT + "Content-Type: message/rfc822\n\n" * depth + "\n\nx").encode()
        yield f"{depth} levels and much text", (_REPORT + "".join(
            f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(depth)) + "\n\n"
            + "x\n" * 500_000).encode()


def _mail_reports():
    for name, part in (
        ("empty blocks", "\n" * 3_000_000), ("empty blocks with blanks", " \n" * 1_500_000),
        ("empty blocks with returns", "\r\n" * 1_500_000),
        ("blocks", "Final-Recipient: rfc822; a@b\nAction: failed\n\n" * 100_000),
        ("one block", "Final-Recipient: rfc822; a@b\nAction: failed\n" * 100_000),
        ("blocks without fields", "a\n\n" * 1_000_000), ("blocks of one field", "A: b\n\n" * 500_000),
        ("blocks of one field, with returns", "A: b\r\n\r\n" * 500_000),
        ("quoted blocks", "> Final-Recipient: rfc822; a@b\n> Action: failed\n>\n" * 50_000),
    ):
        for kind in ("delivery-status", "global-delivery-status", "feedback-report", "disposition-notification"):
            yield f"{name}, {kind}", f"{_REPORT}Content-Type: message/{kind}\n\n{part}".encode()
        yield f"{name}, broken type", f"{_REPORT}Content-Type: \n message/delivery-status\n\n{part}".encode()
        yield f"{name}, remark in the type", f"{_REPORT}Content-Type: (a)message/delivery-status\n\n{part}".encode()
        yield f"{name}, many reports", (_MIXED + f"--B\nContent-Type: message/delivery-status\n\n{part[:9000]}\n"
                                        * 200).encode()


def _mail_texts():
    for sign in _LINES:
        for kind, size in (("text/plain", 5_000_000), ("text/html", 1_000_000), ("text/rfc822-headers", 2_000_000),
                           ("message/rfc822", 2_000_000)):
            yield f"{kind} {sign!a}", (
                f"{_REPORT}Content-Type: {kind}; charset=utf-8\n\n" + sign * (size // len(sign))).encode()
    for sign in ("a", "YWFh\n", "YQ==", "=", "=41", "=\n", "\n", "M" + "8" * 60 + "\n", "\xe9", "a\n"):
        for coding in ("base64", "quoted-printable", "x-uuencode", "binary", "none"):
            for kind in ("text/plain", "message/delivery-status", "message/rfc822", "application/pdf"):
                begin = "begin 644 a\n" if coding == "x-uuencode" else ""
                yield f"{coding} {sign!a}, {kind}", (
                    f"{_REPORT}Content-Type: {kind}\nContent-Transfer-Encoding: {coding}\n\n{begin}"
                    + sign * (3_000_000 // len(sign))).encode()
    for charset in ("utf-7", "utf-16", "idna", "punycode", "unicode_escape", "zlib", "hz", "iso-2022-jp", "undefined"):
        yield f"text in {charset}", (_REPORT + f"Content-Type: text/plain; charset={charset}\n\n"
                                     + "+AGE-" * 600_000).encode()
    yield "20 MB of a file", (_MIXED + "--B\nContent-Type: application/pdf; name=a.pdf\n"
                              "Content-Transfer-Encoding: base64\n\n"
                              + ("YWFh" * 19 + "\n") * 260_000 + "--B--\n").encode()
    yield "noise", _REPORT.encode() + b"\n" + random.Random(3).randbytes(3_000_000)
    yield "noise from the start", random.Random(4).randbytes(3_000_000)
    yield "nothing", b""
