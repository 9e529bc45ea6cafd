"""Finds the agent that a name, a module or a file stands for, and says plainly why it cannot.

Loading runs the user's code; whatever it raises is told as an `AgentLoadError` with the place in that code.
"""

import difflib
import importlib
import importlib.util
import inspect
import sys
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

from agents import Agent

from tui.engine.builtin import BUILTIN
from tui.engine.user_code import AgentLoadError, telling

USUAL_NAMES = ("agent", "root_agent", "triage_agent")
"""Attributes looked for where none is given, in this order."""


def load_agent(spec: str) -> Agent[Any]:
    """The agent named by a built-in's name, `module:attribute` or `path/to/file.py[:attribute]`.

    The attribute is an agent or a function without arguments that returns one; for a file it defaults to its only
    agent or to the first of `USUAL_NAMES`. The working directory (module) or the file's folder goes to the front of
    `sys.path`, as for a script. Raises `AgentLoadError`; `KeyboardInterrupt` and its like pass.
    """
    if spec in BUILTIN:
        return BUILTIN[spec]()
    source, attribute = _split(spec)
    if source.endswith(".py") or source.startswith(".") or "/" in source or _is_file(source):
        module = _module_of_file(Path(source))
    elif attribute:
        module = _module_by_name(source)
    else:
        others = f"built in are {', '.join(BUILTIN)}; your own is given as module:attribute or path/to/file.py"
        near = _near(source, [*BUILTIN, *(path.name for path in Path().glob("*.py"))])
        raise AgentLoadError(f"There is no agent called {source!r}.{near} Agents {others}.")
    return _agent(module, source, attribute)


def _split(spec: str) -> tuple[str, str]:
    """Source and attribute; the last colon divides them unless it is part of a file's name."""
    if ":" not in spec or _is_file(spec):
        return spec, ""
    source, _, attribute = spec.rpartition(":")
    return source, attribute


def _is_file(name: str) -> bool:
    try:
        return Path(name).is_file()
    except OSError:  # too long for a name: some other text
        return False


def _near(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f" Did you mean {close[0]!r}?" if close else ""


def _module_of_file(path: Path) -> ModuleType:
    file = path.resolve()
    if not _is_file(str(file)):
        what = "is a directory, not a file" if file.is_dir() else "does not exist"
        known = [other.name for other in file.parent.glob("*.py")] if file.parent.is_dir() else []
        raise AgentLoadError(f"The file {str(path)!r} {what}.{_near(file.name, known)} Looked in {file.parent}.")
    _put_first(file.parent)
    name = _free_name(file)
    spec = importlib.util.spec_from_loader(name, importlib.machinery.SourceFileLoader(name, str(file)))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Registered before it runs: dataclasses, pydantic and pickle look their own module up by name.
    sys.modules[name] = module
    try:
        with telling(f"importing {str(path)!r}"):
            spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return module


def _free_name(file: Path) -> str:
    """The file's stem, unless that is a module of another file (`agents.py` is a likely name for a user's file)."""
    name = file.stem.replace(".", "_")
    loaded = sys.modules.get(name)
    taken = name in sys.stdlib_module_names or (loaded is not None and getattr(loaded, "__file__", None) != str(file))
    return f"__{name}__" if taken else name


def _module_by_name(name: str) -> ModuleType:
    _put_first(Path.cwd())
    importlib.invalidate_caches()
    with telling(f"importing {name!r}"):
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name is None or not f"{name}.".startswith(f"{error.name}."):
                raise
            missing = error.name
    known = (path.stem for path in Path().iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file())
    raise AgentLoadError(f"There is no module {missing!r}.{_near(missing, known)} Looked in {Path.cwd()} and sys.path.")


def _put_first(folder: Path) -> None:
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))


def _agent(module: ModuleType, source: str, attribute: str) -> Agent[Any]:
    attribute = attribute or _default_attribute(module, source)
    found: Any = module
    for part in attribute.split("."):
        if not hasattr(found, part):
            near = _near(part, [name for name in dir(found) if not name.startswith("_")])
            raise AgentLoadError(f"{source!r} has no attribute {attribute!r}.{near}{_listed(module)}")
        found = getattr(found, part)
    if isinstance(found, Agent):
        return found
    if not callable(found) or isinstance(found, type):
        what = f"the class {found.__name__}" if isinstance(found, type) else f"a {type(found).__name__}"
        raise AgentLoadError(f"{source}:{attribute} is {what}, not an Agent.{_listed(module)}")
    return _made(found, f"{source}:{attribute}")


def _made(factory: Any, where: str) -> Agent[Any]:
    """What a function of the user's makes, if that is an agent."""
    if inspect.iscoroutinefunction(factory):
        raise AgentLoadError(f"{where} is async. Make it a plain function that returns an Agent.")
    try:
        inspect.signature(factory).bind()
    except (TypeError, ValueError) as error:
        raise AgentLoadError(f"{where} needs arguments ({error}). Make it a function without any.") from error
    with telling(f"calling {where}()"):
        made = factory()
    if isinstance(made, Agent):
        return made
    raise AgentLoadError(f"{where}() returned a {type(made).__name__}, not an Agent.")


def _agents_in(module: ModuleType) -> dict[str, Agent[Any]]:
    """Name to agent, each agent once, under the first name it was given."""
    found: dict[str, Agent[Any]] = {}
    for name, value in vars(module).items():
        if isinstance(value, Agent) and not any(value is other for other in found.values()):
            found[name] = value
    return found


def _listed(module: ModuleType) -> str:
    agents = _agents_in(module)
    return f" Agents there: {', '.join(agents)}." if agents else ""


def _default_attribute(module: ModuleType, source: str) -> str:
    agents = _agents_in(module)
    if len(agents) == 1:
        return next(iter(agents))
    for name in USUAL_NAMES:
        value = getattr(module, name, None)
        if isinstance(value, Agent) or (inspect.isfunction(value) and not agents):
            return name
    if not agents:
        raise AgentLoadError(f"{source!r} defines no Agent. Add one: agent = Agent(name=...), or name a function.")
    raise AgentLoadError(f"{source!r} defines several agents. Name one: " + ", ".join(f"{source}:{n}" for n in agents))
