import base64
import zlib

from tenders.proposals.gate.verdict import Fault
from tests.tenders.proposals.gate.making import flate, objects, pdf, stream

SCRIPT = b"<</S/JavaScript/JS(app.alert\\(1\\))>>"
ATTACHED = b"<</Names[(a.exe)<</EF<</F 5 0 R>>>>]/Type/EmbeddedFile>>"
PREDICTED = b"/DecodeParms<</Predictor 12/Columns 8>>"


def zeros(megabytes: int) -> bytes:
    return bytes(megabytes * 1024 * 1024)


def many_streams() -> bytes:
    one = flate(bytes(900_000))
    return pdf(*[one] * 900)


def hidden_behind_a_name_in_a_string() -> bytes:
    """The dictionary ends for a reader before the head that stands in its string."""
    letters = base64.a85encode(zlib.compress(SCRIPT)) + b"~>"
    return pdf(stream(letters, b"/First 5/N 1/A(9 0 obj <<)/Filter[/ASCII85Decode/FlateDecode]"))


ROWS = {
    "javascript": (pdf(SCRIPT), Fault.ACTIVE),
    "javascript, spelled by numbers": (pdf(SCRIPT.replace(b"/JavaScript", b"/J#61vaScr#69pt")), Fault.ACTIVE),
    "javascript in packed objects": (pdf(objects(SCRIPT)), Fault.ACTIVE),
    "javascript in packed objects, spelled by numbers": (
        pdf(objects(SCRIPT.replace(b"/JavaScript", b"/#4AavaScript"))),
        Fault.ACTIVE,
    ),
    "javascript in objects that do not say so": (pdf(flate(SCRIPT, b"/N 1/First 5")), Fault.ACTIVE),
    "javascript in a stream of any kind": (pdf(flate(SCRIPT)), Fault.ACTIVE),
    "javascript in what calls itself a picture": (pdf(objects(SCRIPT, b"/Subtype/Image")), Fault.ACTIVE),
    "javascript behind the megabyte": (pdf(stream(bytes(1_048_300)), SCRIPT), Fault.ACTIVE),
    "script of names": (pdf(trailer=b"/Names<</JavaScript 5 0 R>>"), Fault.ACTIVE),
    "script when it is opened": (pdf(trailer=b"/OpenAction<</S/JavaScript/JS 5 0 R>>"), Fault.ACTIVE),
    "program to start": (pdf(b"<</S/Launch/F(cmd.exe)>>"), Fault.ACTIVE),
    "attached file": (pdf(ATTACHED), Fault.ACTIVE),
    "attached file in packed objects": (pdf(objects(ATTACHED)), Fault.ACTIVE),
    "annotation with a file": (pdf(b"<</Subtype/FileAttachment/FS 5 0 R>>"), Fault.ACTIVE),
    "form with a program": (pdf(b"<</AcroForm<</XFA[(a)5 0 R]>>>>"), Fault.ACTIVE),
    "form with a program elsewhere": (pdf(b"<</AcroForm<</XFA 5 0 R>>>>"), Fault.ACTIVE),
    "form that sends": (pdf(b"<</S/SubmitForm/F(http://192.0.2.1)>>"), Fault.ACTIVE),
    "moving picture": (pdf(b"<</Subtype/RichMedia>>"), Fault.ACTIVE),
    "body in space with a script": (pdf(stream(b"x", b"/Type/3D/Subtype/U3D/OnInstantiate 6 0 R")), Fault.ACTIVE),
    "portfolio": (pdf(trailer=b"/Collection 4 0 R"), Fault.ACTIVE),
    "way into another file": (pdf(b"<</S/GoToR/F(\\\\\\\\192.0.2.1\\\\a)>>"), Fault.LINKED),
    "password": (pdf(trailer=b"/Encrypt 5 0 R"), Fault.ENCRYPTED),
    "password and script": (pdf(SCRIPT, trailer=b"/Encrypt 5 0 R"), Fault.ENCRYPTED),
    "password, spelled by numbers": (pdf(trailer=b"/Encryp#74 5 0 R"), Fault.ENCRYPTED),
    "password in a packed table": (pdf(flate(b"<</Encrypt 5 0 R>>", b"/Type/XRef")), Fault.ENCRYPTED),
    "bomb": (lambda: pdf(flate(zeros(120))), Fault.UNPACKS_TOO_LARGE),
    "bomb of many streams": (many_streams, Fault.UNPACKS_TOO_LARGE),
    "bomb of objects": (lambda: pdf(flate(zeros(120), b"/N 1/First 5")), Fault.UNPACKS_TOO_LARGE),
    "bomb written as letters": (
        lambda: pdf(stream(base64.a85encode(zlib.compress(zeros(40))) + b"~>", b"/Filter[/ASCII85Decode/FlateDecode]")),
        Fault.UNPACKS_TOO_LARGE,
    ),
    "bomb written as digits": (
        lambda: pdf(stream(zlib.compress(zeros(40)).hex().encode() + b">", b"/Filter[/AHx/Fl]")),
        Fault.UNPACKS_TOO_LARGE,
    ),
    "bomb in a bomb": (
        pdf(stream(zlib.compress(zlib.compress(zeros(9))), b"/Filter[/FlateDecode/FlateDecode]")),
        Fault.UNPACKS_TOO_LARGE,
    ),
    "picture without end": (pdf(stream(b"x", b"/Subtype/Image/Width 90000/Height 90000")), Fault.TOO_MANY_PIXELS),
    "objects packed in a rare way": (
        pdf(stream(b"x", b"/Type/ObjStm/N 1/First 5/Filter/LZWDecode")),
        Fault.DAMAGED,
    ),
    "objects packed twice over": (
        pdf(stream(b"x~>", b"/Type/ObjStm/N 1/First 5/Filter[/ASCII85Decode/FlateDecode]")),
        Fault.DAMAGED,
    ),
    "objects packed in a way told elsewhere": (pdf(stream(b"x", b"/N 1/First 5/Filter 9 0 R")), Fault.DAMAGED),
    "objects with a predictor": (pdf(objects(SCRIPT.replace(b"S", b"s"), PREDICTED)), Fault.DAMAGED),
    "objects that are cut off": (pdf(stream(b"x\x9c", b"/N 1/First 5/Filter/FlateDecode")), Fault.DAMAGED),
    "head of an object in a string": (hidden_behind_a_name_in_a_string(), Fault.DAMAGED),
    "head of an object in a remark": (
        pdf(stream(b"x", b"/First 5 %9 0 obj<<\n/Filter/LZWDecode")),
        Fault.DAMAGED,
    ),
    "key that stands twice": (pdf(stream(b"x", b"/Filter/A/Filter/B")), Fault.DAMAGED),
    "dictionary without end": (pdf(stream(b"x", b"/A(" + b"x" * 70_000 + b")")), Fault.DAMAGED),
    "stream without a dictionary": (pdf(b">>stream\nx\nendstream"), Fault.DAMAGED),
    "letters that are none": (pdf(stream(b"\xff\xff~>", b"/Filter[/A85/Fl]")), Fault.DAMAGED),
    "letters without end": (pdf(stream(b"aaaa", b"/Filter[/A85/Fl]")), Fault.OVER_LIMITS),
    "no end": (pdf(end=b""), Fault.DAMAGED),
    "other content": (b"MZ" + pdf(), Fault.OTHER_CONTENT),
    "nothing": (b"", Fault.EMPTY),
}
