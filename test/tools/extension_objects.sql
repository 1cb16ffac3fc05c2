-- Everything that the catalogs say of pg_sqlite's objects, a line each, in an order of its own: what is compared between an updated, a
-- restored and a fresh installation. Numbers that a catalog gives out (OIDs, positions behind dropped columns, files, statistics) and
-- what a relation once had are left out, or replaced by names. A member of a kind that this does not know makes a line that says so,
-- and the test fails.
SET search_path = pg_catalog;
WITH RECURSIVE member (classid, objid) AS (
    SELECT d.classid, d.objid
    FROM pg_depend d JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
    WHERE e.extname = 'pg_sqlite' AND d.deptype = 'e'
), object (classid, objid) AS (
    SELECT 'pg_extension'::regclass::oid, oid FROM pg_extension WHERE extname = 'pg_sqlite'
    UNION
    SELECT classid, objid FROM member
    UNION
    -- What belongs to an object: its indexes, constraints, rules, types, triggers, policies, defaults.
    SELECT d.classid, d.objid
    FROM object o JOIN pg_depend d ON d.refclassid = o.classid AND d.refobjid = o.objid AND d.deptype IN ('a', 'i')
    WHERE NOT EXISTS (
        SELECT FROM pg_depend e WHERE e.classid = d.classid AND e.objid = d.objid AND e.deptype = 'e'
            AND (e.classid, e.objid) NOT IN (SELECT m.classid, m.objid FROM member m))
), relation AS (
    SELECT c.*, c.oid::regclass::text AS name
    FROM object o JOIN pg_class c ON o.classid = 'pg_class'::regclass AND c.oid = o.objid
    WHERE c.relnamespace <> 'pg_toast'::regnamespace
), line (part, name, text) AS (
    SELECT 'member', pg_describe_object(m.classid, m.objid, 0), '' FROM member m
    UNION ALL
    SELECT 'unknown kind', pg_describe_object(m.classid, m.objid, 0), m.classid::regclass::text
    FROM member m
    WHERE m.classid NOT IN ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_type'::regclass, 'pg_namespace'::regclass,
        'pg_foreign_data_wrapper'::regclass, 'pg_cast'::regclass)
    UNION ALL
    SELECT 'extension', e.extname::text, jsonb_build_object('version', e.extversion, 'schema', e.extnamespace::regnamespace,
        'relocatable', e.extrelocatable, 'config', (
            SELECT jsonb_object_agg(c.relation::regclass, e.extcondition[c.place])
            FROM unnest(e.extconfig) WITH ORDINALITY AS c (relation, place)))::text
    FROM pg_extension e WHERE e.extname = 'pg_sqlite'
    UNION ALL
    SELECT 'schema', n.nspname::text, n.nspacl::text
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_sqlite'
    UNION ALL
    SELECT 'wrapper', w.fdwname::text,
        concat_ws(' ', w.fdwhandler::regprocedure, w.fdwvalidator::regprocedure, w.fdwoptions, w.fdwacl)
    FROM object o JOIN pg_foreign_data_wrapper w ON o.classid = 'pg_foreign_data_wrapper'::regclass AND w.oid = o.objid
    UNION ALL
    SELECT 'cast', format('%s to %s', c.castsource::regtype, c.casttarget::regtype),
        concat_ws(' ', c.castfunc::regprocedure, c.castcontext, c.castmethod)
    FROM object o JOIN pg_cast c ON o.classid = 'pg_cast'::regclass AND c.oid = o.objid
    UNION ALL
    SELECT 'function', p.oid::regprocedure::text, concat_ws(' ', CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END,
        to_jsonb(p) - '{oid,pronamespace,proowner,prolang,prorettype,proargtypes,proallargtypes,provariadic,prosupport,prosqlbody,proargdefaults,proacl}'::text[],
        p.proowner::regrole, 'acl', p.proacl)
    FROM object o JOIN pg_proc p ON o.classid = 'pg_proc'::regclass AND p.oid = o.objid
    UNION ALL
    SELECT 'type', t.oid::regtype::text, concat_ws(' ', to_jsonb(t)
        - '{oid,typnamespace,typowner,typrelid,typelem,typarray,typbasetype,typcollation,typdefaultbin}'::text[],
        t.typbasetype::regtype, t.typelem::regtype, t.typarray::regtype, t.typrelid::regclass, t.typcollation::regcollation,
        (SELECT array_agg(l.enumlabel ORDER BY l.enumsortorder) FROM pg_enum l WHERE l.enumtypid = t.oid))
    FROM object o JOIN pg_type t ON o.classid = 'pg_type'::regclass AND t.oid = o.objid
    UNION ALL
    SELECT 'relation', r.name, concat_ws(' ', to_jsonb(r) - '{oid,name,relnamespace,reltype,reloftype,relowner,relam,relfilenode,reltablespace,relpages,reltuples,relallvisible,relallfrozen,reltoastrelid,relfrozenxid,relminmxid,relnatts,relhasindex,relhasrules,relhastriggers,relhassubclass,relrewrite,relpartbound,relacl}'::text[],
        r.relowner::regrole, a.amname, r.reloftype::regtype, 'toast', r.reltoastrelid <> 0, 'acl', r.relacl)
    FROM relation r LEFT JOIN pg_am a ON a.oid = r.relam
    UNION ALL
    SELECT 'column', format('%s.%s', r.name, a.attname), concat_ws(' ',
        row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum), format_type(a.atttypid, a.atttypmod),
        to_jsonb(a) - '{attrelid,attnum,atttypid,attcollation,attcacheoff,atthasmissing,attmissingval,attacl,attoptions}'::text[],
        ARRAY(SELECT o FROM unnest(a.attoptions) AS o WHERE o NOT LIKE 'pg\_attver=%' ORDER BY o),
        a.attcollation::regcollation, pg_get_expr(d.adbin, d.adrelid), 'acl', a.attacl)
    FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    UNION ALL
    SELECT 'constraint', format('%s.%s', COALESCE(NULLIF(c.conrelid, 0)::regclass::text, c.contypid::regtype::text), c.conname),
        concat_ws(' ', pg_get_constraintdef(c.oid), c.contype, c.condeferrable, c.condeferred, c.convalidated, c.connoinherit,
            c.conindid::regclass)
    FROM object o JOIN pg_constraint c ON o.classid = 'pg_constraint'::regclass AND c.oid = o.objid
    UNION ALL
    SELECT 'index', r.name, concat_ws(' ', pg_get_indexdef(r.oid), to_jsonb(i)
        - '{indexrelid,indrelid,indkey,indcollation,indclass,indexprs,indpred,indcheckxmin}'::text[])
    FROM relation r JOIN pg_index i ON i.indexrelid = r.oid
    UNION ALL
    SELECT 'sequence', r.name, concat_ws(' ', to_jsonb(s) - '{seqrelid,seqtypid}'::text[], s.seqtypid::regtype)
    FROM relation r JOIN pg_sequence s ON s.seqrelid = r.oid
    UNION ALL
    SELECT 'rule', format('%s.%s', w.ev_class::regclass, w.rulename), concat_ws(' ', w.ev_enabled, pg_get_ruledef(w.oid))
    FROM object o JOIN pg_rewrite w ON o.classid = 'pg_rewrite'::regclass AND w.oid = o.objid
    UNION ALL
    SELECT 'policy', format('%s.%s', p.polrelid::regclass, p.polname), concat_ws(' ', p.polcmd, p.polpermissive, (
            SELECT array_agg(COALESCE(NULLIF(role, 0)::regrole::text, 'public') ORDER BY role) FROM unnest(p.polroles) AS role),
        pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid))
    FROM object o JOIN pg_policy p ON o.classid = 'pg_policy'::regclass AND p.oid = o.objid
    UNION ALL
    SELECT 'trigger', format('%s.%s', t.tgrelid::regclass, t.tgname), concat_ws(' ', t.tgenabled, pg_get_triggerdef(t.oid))
    FROM object o JOIN pg_trigger t ON o.classid = 'pg_trigger'::regclass AND t.oid = o.objid
    WHERE NOT t.tgisinternal
    UNION ALL
    SELECT 'comment', pg_describe_object(c.classoid, c.objoid, c.objsubid), c.description
    FROM object o JOIN pg_description c ON c.classoid = o.classid AND c.objoid = o.objid
    UNION ALL
    SELECT 'first privileges', pg_describe_object(i.classoid, i.objoid, i.objsubid), concat_ws(' ', i.privtype, i.initprivs)
    FROM object o JOIN pg_init_privs i ON i.classoid = o.classid AND i.objoid = o.objid
    UNION ALL
    SELECT 'dependency', pg_describe_object(d.classid, d.objid, d.objsubid),
        concat_ws(' ', d.deptype, pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid))
    FROM object o JOIN pg_depend d ON d.classid = o.classid AND d.objid = o.objid
    WHERE NOT EXISTS (SELECT FROM pg_trigger t WHERE d.classid = 'pg_trigger'::regclass AND t.oid = d.objid AND t.tgisinternal)
)
-- Names that the catalog numbers (those of TOAST tables and of internal triggers) count as one.
SELECT DISTINCT concat_ws(' | ', part, regexp_replace(name, '(pg_toast_|RI_ConstraintTrigger_[ac]_|return_value_of_)\d+', '\1N', 'g'),
    regexp_replace(replace(text, E'\n', ' '), '(pg_toast_|RI_ConstraintTrigger_[ac]_)\d+', '\1N', 'g'))
FROM line ORDER BY 1;
