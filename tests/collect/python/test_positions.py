"""Where nodes stand is told without writing the module out again, and is what libcst would tell."""

from __future__ import annotations

from pathlib import Path

import libcst as cst
import pytest
from libcst.metadata import MetadataWrapper, PositionProvider

from scanner.collect.python import positions

ROOT = Path(__file__).parents[3]
FILES = [
    *sorted((ROOT / "fixtures" / "python").rglob("*.py")),
    *sorted((ROOT / "scanner" / "collect" / "python").rglob("*.py"))[::4],
]
EVERYTHING = '''\
# -*- coding: utf-8 -*-
"""Doc."""; import os, a.b as c ; from .. import d
from .e import (f as g,  # why
    h,)
from i import *
@ j . k(1)
# between
async  def  l ( m , /, n : int = 1, *o , p=2, ** q ) -> "r" :

    # a comment
    async with s(t) as u, v: pass
    async for w in x:
        await y
    else: z
    return [aa async for bb in cc if dd for ee in ff]
class gg ( hh, metaclass = ii ):
  jj : kk = ll
  mm: nn
  def oo(self, *, pp): yield ; qq = yield rr ; ss = yield from tt
class uu: ...
def vv(*ww, xx=(1,), **yy): del zz; global ab, ac; raise
if ad :
\tae = af = 1 if False else 2 if True else 3
elif ah is not ai or aj not  in ak and not al == am != an < ao >= ap <= aq > ar in at is au:
\tav += aw - -ax * +ay / ~az // ba % bb ** bc << bd >> be & bf | bg ^ bh @ bi
\tbj -= 1; bk *= 1; bl /= 1; bm //= 1; bn %= 1; bo **= 1; bp <<= 1; bq >>= 1; br &= 1; bs |= 1; bt ^= 1; bu @= 1
else :
\twhile (bv := bw) :
\t\tbreak ; continue
\telse:
\t\tassert bx , by
try :
    raise bz from ca
except  ( cb, cc ) as cd :
    pass
except:
    pass
else:
    nonlocal_ = [1, * ce, 2.5, 3j, ...]
finally :
    {cf : cg, ** ch}, {ci, cj}, {ck : cl for cm, cn in co}, {cp for cq in cr}, (cs for ct in cu), ()
try:
    pass
except* cv:
    pass
lambda: cw ; lambda cx, *cy : cz
da [ db , : , dc:dd, de : df : dg, *dh ] . di ( * dj, ** dk, dl = dm )
(
    dn  # one

    + "do" 'dp' f"{ dq !r:>{dr}} ds {dt=}" rf"du"
) ; dv = \\
    dw
with (dx as dy, dz,): pass
for ea, *eb in ec: pass

# the end
'''


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written out again."""
    monkeypatch.setattr(positions, "_written", lambda _: pytest.fail("a spelling is not known"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_of_a_file(file: Path) -> None:
    source = file.read_text()
    module = cst.parse_module(source)
    assert positions.offsets(module, len(source)) == positions._written(module)


@pytest.mark.usefixtures("counted")
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("end", ["", "\n", "\n\n", "  # end"])
def test_of_all_syntax(newline: str, end: str) -> None:
    source = (EVERYTHING.rstrip("\n") + end).replace("\n", newline)
    wrapper = MetadataWrapper(cst.parse_module(source), unsafe_skip_copy=True)
    starts = [0]
    for line in source.split(newline):
        starts.append(starts[-1] + len(line) + len(newline))
    found = positions.offsets(wrapper.module, len(source))
    names = {node: at for node, at in found.items() if isinstance(node, cst.Name) and not node.lpar}
    assert len(names) > 150
    ranges = wrapper.resolve(PositionProvider)
    for node, at in names.items():
        assert source.startswith(node.value, at)
        assert at == starts[ranges[node].start.line - 1] + ranges[node].start.column


def test_of_what_is_spelled_in_a_way_that_is_not_known() -> None:
    source = "match a:\n    case [b, *_]:\n        c(d)\n"
    module = cst.parse_module(source)
    found = positions.offsets(module, len(source))
    assert found == positions._written(module)
    assert any(isinstance(node, cst.MatchList) for node in found)
