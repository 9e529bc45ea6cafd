"""Entries as plain text, for the clipboard and for export: as they came, unwrapped."""

from typing import assert_never

from tui.state import Answer, Entry, Handoff, Note, Prompt, Reasoning, Tool


def body(entry: Entry) -> str:
    """What one wants of an entry when one copies it."""
    match entry:
        case Prompt(text=text):
            return text
        case Answer(text=growing) | Reasoning(text=growing):
            return str(growing)
        case Tool() as tool:
            result = tool.error or tool.output
            return f"{tool.name}({tool.arguments})" + (f"\n{result}" if result else "")
        case Handoff(source=source, target=target):
            return f"{source} → {target}"
        case Note(text=text, hint=hint, detail=detail):
            return "\n".join(part for part in (text, hint, detail) if part)
        case _:
            assert_never(entry)


def plain(entry: Entry) -> str:
    """An entry with who it is from."""
    match entry:
        case Prompt():
            title = "You:"
        case Answer(agent=agent, status=status):
            title = f"{agent or 'Assistant'}:" + ("" if status in ("done", "streaming") else f" [{status}]")
        case Reasoning():
            title = "Thought:"
        case Tool(number=number, status=status):
            title = f"Tool call #{number}: {status}"
        case Handoff():
            title = "Handoff:"
        case Note(level=level):
            title = f"{level.capitalize()}:"
        case _:
            assert_never(entry)
    return f"{title}\n{body(entry)}"
