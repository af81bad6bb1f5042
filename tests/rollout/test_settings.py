"""How a company rolls out is kept with a scan."""

from __future__ import annotations

from scanner.codec import decode, encode
from scanner.impact import Evidence
from scanner.model import RolloutSettings


def test_the_settings_are_kept_with_a_scan():
    settings = RolloutSettings(side_by_side=False, batch_rows=7, fill=(("orders.status", "'placed'"),))
    kept = encode(Evidence, Evidence(rollout=settings))
    assert decode(Evidence, kept).rollout == settings
    assert decode(Evidence, encode(Evidence, Evidence())).rollout == RolloutSettings()


def test_a_scan_of_before_has_the_usual_ones():
    assert decode(Evidence, {}).rollout == RolloutSettings()
