"""The limits that runs went over, in plain words."""

from tui.events import ThresholdBreached


def is_trend(breach: ThresholdBreached) -> bool:
    """It is about the newest runs together, not about one."""
    return breach.metric.endswith("_trend")


def breach_words(breach: ThresholdBreached) -> str:
    """What was over which limit, with the figures; the model is not named, its name being foreign."""
    value, limit = breach.value, breach.limit
    match breach.metric:
        case "first_token":
            return f"slow first token: {value:.2f} s, the limit is {limit:.2f} s"
        case "tokens_per_second":
            return f"slow: {value:.1f} tokens/s, the limit is {limit:.1f}"
        case "error_rate":
            return f"{100 * value:.0f} % of the tries failed, the limit is {100 * limit:.0f} %"
        case "first_token_trend":
            return f"first tokens come later than before: median {value:.2f} s, expected below {limit:.2f} s"
        case "tokens_per_second_trend":
            return f"slower than before: median {value:.1f} tokens/s, expected above {limit:.1f}"
