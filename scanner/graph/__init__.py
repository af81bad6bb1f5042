"""Who runs what against which table: one networkx.MultiDiGraph, asked in domain words.

Every node has a ``kind``, every edge a ``type`` (which is also its key); what is not known is absent.

========  ==============================  ================================================================
kind      id                              attributes
========  ==============================  ================================================================
service   ``service:billing``             name
location  ``location:billing/pay.py:41``  path, line (1-based), function, owners
query     ``query:shop/9f3c…``            database, fingerprint, sql, calls, total_time_ms, unresolved
table     ``relation:shop/orders``        database, name
view      ``relation:shop/paid_orders``   database, name, materialized
sequence  ``relation:shop/orders_id_seq`` database, name
column    ``column:shop/orders.total``    database, table, name, data_type
routine   ``routine:shop/close_day``      database, name, routine_kind, language
trigger   ``trigger:shop/orders.audit``   database, name, table, timing, events
========  ==============================  ================================================================

=============  ===================================  ===========================================
type           from → to                            attributes
=============  ===================================  ===========================================
runs           service → query                      sources, calls, total_time_ms
at             query → location                     service, row_use (the worst), built (only a possible origin)
reads, writes  query, routine, trigger → relation
uses_column    query, view → column                 named to be read or to be written
depends_on     view → relation; child → parent table  via (view, partition, inheritance)
calls          query, view, routine, trigger → routine
fires          table → trigger                      timing, events
cascades       table → table that refers to it      on_delete, on_update
has_column     table → column
=============  ===================================  ===========================================
"""

from scanner.graph.arrows import Arrows
from scanner.graph.ask import REACHING, Reaching, namings_reaching, neighbourhood, queries_reaching, services_of
from scanner.graph.build import Parts, arrows, build_graph, named_nodes, query_id, relation_id

__all__ = [
    "REACHING",
    "Arrows",
    "Parts",
    "Reaching",
    "arrows",
    "build_graph",
    "named_nodes",
    "namings_reaching",
    "neighbourhood",
    "queries_reaching",
    "query_id",
    "relation_id",
    "services_of",
]
