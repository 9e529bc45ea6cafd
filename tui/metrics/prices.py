"""What a model request costs and how much fits into a model: the price list of `genai-prices`, which works offline.

The list is dear to import (0.1 s and 18 MB; see `load`), so nothing here imports it before it is needed. What is not
on the list has no price, which is None and never 0: an unknown model, a server nobody knows.
"""

from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from types import ModuleType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, Provider

_OWN: Final = "openai"
"""Whose models the SDK means by a bare name."""

_list: ModuleType | None = None


def load() -> None:
    """Import the list; from a thread, once the screen is up."""
    global _list
    import genai_prices
    from genai_prices.data_snapshot import get_snapshot

    get_snapshot()
    _list = genai_prices


def loaded() -> bool:
    """Asking for a price costs next to nothing now."""
    return _list is not None


@lru_cache(maxsize=8192)
def price_of(model: str, url: str, at: float, tokens_in: int, cached: int, tokens_out: int) -> Decimal | None:
    """US dollars for one request at a moment (prices change), seconds since the epoch; None if nobody knows.

    `cached` is part of `tokens_in` and has its own price. `url` is where it was sent; if empty, the model's name must
    tell whose it is: `provider/name`, as LiteLLM writes it, or a bare name of OpenAI's.
    """
    found = _find(model, url)
    if found is None:
        return None
    from genai_prices import Usage

    provider, info = found
    usage = Usage(input_tokens=tokens_in, cache_read_tokens=min(cached, tokens_in), output_tokens=tokens_out)
    moment = datetime.fromtimestamp(at, UTC)
    return info.calc_price(usage, provider, genai_request_timestamp=moment).total_price


def context_window(model: str, url: str = "") -> int | None:
    """Tokens that a model can take in, its answer among them; None if nobody knows."""
    found = _find(model, url)
    return None if found is None else found[1].context_window


@lru_cache(maxsize=256)
def _find(model: str, url: str) -> "tuple[Provider, ModelInfo] | None":
    if not model:
        return None
    from genai_prices.data_snapshot import get_snapshot

    provider, _, name = model.rpartition("/") if not url else ("", "", model)
    try:
        return get_snapshot().find_provider_model(name, None, None if url else provider or _OWN, url or None)
    except LookupError:
        return None
