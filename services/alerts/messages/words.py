"""The words around an alert, in the languages it speaks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from shared.languages import choose, frames


@dataclass(frozen=True)
class Frame:
    """The words of one language; what stands in braces is filled in."""

    raised: str
    raised_staff: str
    raised_handoff: str
    raised_silence: str
    raised_abandonment: str
    raised_pressure: str
    raised_promise: str
    acknowledged: str
    resolved: str
    adopted: str
    withdrawn: str
    several: str
    same_place: str
    digest: str
    digest_none: str
    digest_one: str
    before: str
    after: str
    ended: str
    otherwise: str
    promised: str
    at_most: str
    share: str
    share_silence: str
    share_abandonment: str
    share_pressure: str
    causes: str
    segment: str
    segment_since: str
    segment_new: str
    word: str
    word_since: str
    common: str
    common_some: str
    quoted: str
    same_time: str
    comments: str
    manage: str
    acknowledge: str
    mute: str
    why: str
    because_owner: str
    because_watching: str
    because_escalated: str
    because_asked: str
    ping: str
    ping_sentence: str
    ping_to: str
    ping_by: str
    ping_open: str
    chart: str
    page_title: str
    mute_alert: str
    mute_touchpoint: str
    mute_all: str
    done_acknowledged: str
    done_by: str
    done_muted: str
    subscription: str
    is_muted: str
    over: str
    unknown_title: str
    unknown: str
    remedies_title: str
    remedy_shown: str
    remedy_check: str
    remedy_take_back: str
    remedy_title: str
    remedy_on: str
    remedy_text: str
    remedy_text_in: str
    remedy_other: str
    remedy_show: str
    remedy_write: str
    done_remedy: str
    done_taken_back: str
    wrong_title: str
    wrong_on: str
    wrong_text: str
    case_opened: str
    case_reopened: str
    case_assigned: str
    case_overdue: str
    case_sentence: str
    case_late: str
    case_because: str
    case_due: str
    case_open: str
    reason_score: str
    reason_words: str
    reason_call_back: str
    cases: str
    value_at_risk: str
    value: str
    thousands: str
    week_title: str
    week_sentence: str
    week_answers_at: str
    week_answers_at_one: str
    week_alerts: str
    week_alerts_one: str
    week_alerts_none: str
    week_touchpoints: str
    week_worse: str
    week_better: str
    week_same: str
    week_change: str
    week_kept: str
    week_broken: str
    week_unclear: str
    week_more: str
    week_friction: str
    week_began: str
    week_ended: str
    week_standing: str
    week_first: str
    week_cases: str
    week_cases_open: str
    week_cases_overdue: str
    week_open: str
    week_stop: str
    week_why: str
    week_page: str
    week_stopped: str
    week_comes: str
    week_resume: str
    outreach: str
    outreach_sentence: str
    outreach_people: str
    outreach_passed: str
    outreach_open: str


SAID = frames(Path(__file__).parent / "words.json", Frame)


def language(wanted: str | None, accepted: str | None = None) -> str:
    """Which of ours somebody gets; English where none suits. accepted: an Accept-Language header."""
    return choose(wanted, accepted, list(SAID))
