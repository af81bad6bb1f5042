"""Queries on pg_catalog that give one DDL statement a row, in the order in which they can be run.

The columns they use are those of PostgreSQL 13 to 18: https://www.postgresql.org/docs/current/catalogs.html
"""

from __future__ import annotations

# Schemas of the server itself and of sessions; pg_toast and pg_temp_3 among them.
_OWN = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
_NO_EXTENSION = """NOT EXISTS (SELECT FROM pg_depend e
    WHERE e.classid = '{catalogue}'::regclass AND e.objid = {oid} AND e.deptype = 'e')"""

_ENUMS_AND_RANGES = f"""
    SELECT format('CREATE TYPE %I.%I AS %s ()', n.nspname, t.typname,
                  CASE t.typtype WHEN 'e' THEN 'ENUM' ELSE 'RANGE' END)
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE t.typtype IN ('e', 'r') AND {_OWN} AND {_NO_EXTENSION.format(catalogue="pg_type", oid="t.oid")}
    ORDER BY n.nspname, t.typname"""

_DOMAINS = f"""
    SELECT format('CREATE DOMAIN %I.%I AS %s%s%s%s', n.nspname, t.typname,
                  format_type(t.typbasetype, t.typtypmod),
                  ' DEFAULT ' || t.typdefault, CASE WHEN t.typnotnull THEN ' NOT NULL' END,
                  (SELECT string_agg(' ' || pg_get_constraintdef(c.oid), '' ORDER BY c.conname)
                   FROM pg_constraint c WHERE c.contypid = t.oid AND c.contype = 'c'))
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE t.typtype = 'd' AND {_OWN} AND {_NO_EXTENSION.format(catalogue="pg_type", oid="t.oid")}
    ORDER BY n.nspname, t.typname"""

_COMPOSITES = f"""
    SELECT format('CREATE TYPE %I.%I AS (%s)', n.nspname, c.relname,
                  string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', '
                             ORDER BY a.attnum))
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relkind = 'c' AND a.attnum > 0 AND NOT a.attisdropped AND {_OWN}
      AND {_NO_EXTENSION.format(catalogue="pg_class", oid="c.oid")}
    GROUP BY n.nspname, c.relname ORDER BY n.nspname, c.relname"""

_TABLES = f"""
    SELECT format('CREATE %sTABLE %I.%I (%s)%s', CASE c.relkind WHEN 'f' THEN 'FOREIGN ' END,
                  n.nspname, c.relname,
                  string_agg(format('%I %s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
                      CASE WHEN a.attgenerated <> '' THEN format(' GENERATED ALWAYS AS (%s) %s',
                                pg_get_expr(d.adbin, d.adrelid),
                                CASE a.attgenerated WHEN 's' THEN 'STORED' ELSE 'VIRTUAL' END)
                           WHEN a.attidentity <> '' THEN format(' GENERATED %s AS IDENTITY%s',
                                CASE a.attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END,
                                (SELECT format(' (SEQUENCE NAME %s)', s.objid::regclass) FROM pg_depend s
                                 WHERE s.classid = 'pg_class'::regclass AND s.refclassid = 'pg_class'::regclass
                                   AND s.deptype = 'i' AND s.refobjid = a.attrelid AND s.refobjsubid = a.attnum))
                           ELSE ' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid) END,
                      CASE WHEN a.attnotnull THEN ' NOT NULL' END), ', ' ORDER BY a.attnum)
                  FILTER (WHERE a.attnum IS NOT NULL),
                  CASE c.relkind WHEN 'p' THEN ' PARTITION BY ' || pg_get_partkeydef(c.oid) END)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relkind IN ('r', 'p', 'f') AND {_OWN}
    GROUP BY c.oid, n.nspname, c.relname ORDER BY n.nspname, c.relname"""

_TYPED = f"""
    SELECT format('ALTER TABLE %s OF %s', c.oid::regclass, format_type(c.reloftype, NULL))
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND c.reloftype <> 0 AND {_OWN} ORDER BY 1"""

# Those of identity columns come with their tables.
_SEQUENCES = f"""
    SELECT format('CREATE SEQUENCE %I.%I', n.nspname, c.relname)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'S' AND {_OWN}
      AND NOT EXISTS (SELECT FROM pg_depend d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'i')
    ORDER BY n.nspname, c.relname"""

_OWNED = f"""
    SELECT format('ALTER SEQUENCE %s OWNED BY %s.%I', d.objid::regclass, d.refobjid::regclass, a.attname)
    FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
    JOIN pg_namespace n ON n.oid = s.relnamespace
    JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'a'
      AND {_OWN} ORDER BY 1"""

# Without helpers of the server: a foreign key to a partitioned table has one more to each partition.
_CONSTRAINTS = f"""
    SELECT format('ALTER TABLE ONLY %s ADD CONSTRAINT %I %s', c.conrelid::regclass, c.conname,
                  pg_get_constraintdef(c.oid))
    FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
    WHERE c.contype IN ('p', 'u', 'c', 'f') AND {_OWN}
      AND NOT EXISTS (SELECT FROM pg_constraint p WHERE p.oid = c.conparentid AND p.conrelid = c.conrelid)
    ORDER BY c.conrelid::regclass::text, c.contype, c.conname"""

_UNIQUE_INDEXES = f"""
    SELECT pg_get_indexdef(i.indexrelid)
    FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
    WHERE i.indisunique AND i.indisvalid AND t.relkind IN ('r', 'p') AND {_OWN}
      AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u'))
    ORDER BY i.indexrelid::regclass::text"""

_PARENTS = f"""
    SELECT CASE WHEN c.relispartition
                THEN format('ALTER TABLE %s ATTACH PARTITION %s DEFAULT', i.inhparent::regclass,
                            i.inhrelid::regclass)
                ELSE format('ALTER TABLE %s INHERIT %s', i.inhrelid::regclass, i.inhparent::regclass) END
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'f') AND {_OWN} ORDER BY i.inhrelid::regclass::text, i.inhseqno"""

_VIEWS = f"""
    SELECT format('CREATE %sVIEW %I.%I AS %s', CASE c.relkind WHEN 'm' THEN 'MATERIALIZED ' END,
                  n.nspname, c.relname, pg_get_viewdef(c.oid))
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('v', 'm') AND {_OWN} ORDER BY n.nspname, c.relname"""

# Without those of extensions, and those that came with a range type.
_ROUTINES = f"""
    SELECT CASE p.prokind WHEN 'a' THEN format('CREATE AGGREGATE %I.%I(%s)', n.nspname, p.proname,
                                               coalesce(nullif(pg_get_function_arguments(p.oid), ''), '*'))
           ELSE pg_get_functiondef(p.oid) END
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE {_OWN} AND NOT EXISTS (SELECT FROM pg_depend e
        WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid AND e.deptype IN ('e', 'i'))
    ORDER BY n.nspname, p.proname, p.oid"""

# Clones on partitions are left out: a dump has the partitioned table's trigger alone.
_TRIGGERS = f"""
    SELECT pg_get_triggerdef(t.oid)
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND {_OWN} ORDER BY t.tgrelid::regclass::text, t.tgname"""

_RULES = f"""
    SELECT pg_get_ruledef(r.oid)
    FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE r.rulename <> '_RETURN' AND {_OWN} ORDER BY r.ev_class::regclass::text, r.rulename"""

_POLICIES = f"""
    SELECT format('CREATE POLICY %I ON %s%s%s%s%s%s', p.polname, p.polrelid::regclass,
        CASE WHEN NOT p.polpermissive THEN ' AS RESTRICTIVE' END,
        CASE p.polcmd WHEN 'r' THEN ' FOR SELECT' WHEN 'a' THEN ' FOR INSERT' WHEN 'w' THEN ' FOR UPDATE'
                      WHEN 'd' THEN ' FOR DELETE' END,
        ' TO ' || (SELECT string_agg(quote_ident(r.rolname), ', ' ORDER BY r.rolname)
                   FROM pg_roles r WHERE r.oid = ANY (p.polroles)),
        ' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')',
        ' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')')
    FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE {_OWN} ORDER BY p.polrelid::regclass::text, p.polname"""

_GRANTEE = "CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END"

_TABLE_GRANTS = f"""
    SELECT format('GRANT %s ON TABLE %s TO %s', a.privilege_type, c.oid::regclass, {_GRANTEE})
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) a
    WHERE c.relkind IN ('r', 'p', 'f') AND a.grantee <> c.relowner AND {_OWN} ORDER BY 1"""

_COLUMN_GRANTS = f"""
    SELECT format('GRANT %s (%I) ON TABLE %s TO %s', a.privilege_type, t.attname, c.oid::regclass, {_GRANTEE})
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute t ON t.attrelid = c.oid,
         aclexplode(t.attacl) a
    WHERE c.relkind IN ('r', 'p', 'f') AND NOT t.attisdropped AND a.grantee <> c.relowner AND {_OWN}
    ORDER BY c.oid::regclass::text, a.grantee, a.privilege_type, t.attnum"""

STATEMENTS = (
    _ENUMS_AND_RANGES,
    _COMPOSITES,
    _DOMAINS,
    _SEQUENCES,
    _TABLES,
    _TYPED,
    _OWNED,
    _CONSTRAINTS,
    _UNIQUE_INDEXES,
    _PARENTS,
    _VIEWS,
    _ROUTINES,
    _TRIGGERS,
    _RULES,
    _POLICIES,
    _TABLE_GRANTS,
    _COLUMN_GRANTS,
)
