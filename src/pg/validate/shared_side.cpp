#include "pg/validate/shared_side.hpp"

namespace pgsqlite::pg::validate {

using digest::Form;

namespace {

/// A column's form, made anew in each worker.
struct FormEntry {
    Oid type;
    Form form;
};

/// A side as its workers need it. Behind it lie the forms, the table's attributes, the rowids that are left
/// out, and the plan, each where Parts says.
struct Description {
    int column_count;
    int key_count;
    int left_out_count;
    bool is_raw;
    Oid relid;
    Size plan_size;
    SharedRaw raw;
};

struct Parts {
    Size forms, attributes, left_out, plan, end;

    static Parts Of(const Description& side) {
        const Size columns = static_cast<Size>(side.column_count);
        Parts parts = {};
        parts.forms = MAXALIGN(sizeof(Description));
        parts.attributes = parts.forms + MAXALIGN(sizeof(FormEntry) * columns);
        parts.left_out = parts.attributes + MAXALIGN(sizeof(AttrNumber) * columns);
        parts.plan = parts.left_out + MAXALIGN(sizeof(int64) * static_cast<Size>(side.left_out_count));
        parts.end = parts.plan + side.plan_size;
        return parts;
    }
};

template <class T>
T* PartAt(Description* side, Size offset) noexcept {
    return reinterpret_cast<T*>(reinterpret_cast<char*>(side) + offset);
}

/// Keys of the shared memory; those of the plans' nodes are small.
uint64 KeyOf(int number) noexcept {
    return UINT64CONST(0xA000000000000000) + static_cast<uint64>(number);
}

Description Describe(const Side& side, const char* plan_text) {
    Description description = {};
    description.column_count = side.column_count;
    description.key_count = side.key_count;
    description.left_out_count = side.left_out_count;
    description.is_raw = side.raw != nullptr;
    if (side.raw != nullptr) description.relid = side.raw->relid;
    if (plan_text != nullptr) description.plan_size = std::strlen(plan_text) + 1;
    return description;
}

/// Written out in full, what `source` points to as well.
void Store(const Side& source, const char* plan_text, Description* target) {
    *target = Describe(source, plan_text);
    const Parts parts = Parts::Of(*target);
    const Size columns = static_cast<Size>(source.column_count);
    for (Size i = 0; i < columns; ++i)
        PartAt<FormEntry>(target, parts.forms)[i] = {source.forms[i]->type, source.forms[i]->form};
    if (source.raw != nullptr)
        std::memcpy(PartAt<AttrNumber>(target, parts.attributes), source.raw->attributes,
                    sizeof(AttrNumber) * columns);
    if (source.left_out_count > 0)
        std::memcpy(PartAt<int64>(target, parts.left_out), source.left_out,
                    sizeof(int64) * static_cast<Size>(source.left_out_count));
    if (plan_text != nullptr) std::memcpy(PartAt<char>(target, parts.plan), plan_text, target->plan_size);
}

Side* Load(Description* source) {
    const Parts parts = Parts::Of(*source);
    Side* side = static_cast<Side*>(palloc0(sizeof(Side)));
    side->column_count = source->column_count;
    side->key_count = source->key_count;
    side->left_out = PartAt<int64>(source, parts.left_out);
    side->left_out_count = source->left_out_count;
    side->forms =
        static_cast<DatumForm**>(palloc(sizeof(DatumForm*) * static_cast<Size>(side->column_count + 1)));
    for (int i = 0; i < side->column_count; ++i) {
        const FormEntry& entry = PartAt<FormEntry>(source, parts.forms)[i];
        side->forms[i] = MakeDatumForm(entry.type, &entry.form);
    }
    side->query = "";
    if (!source->is_raw) return side;
    side->raw = static_cast<RawTable*>(palloc0(sizeof(RawTable)));
    side->raw->relid = source->relid;
    side->raw->attributes = PartAt<AttrNumber>(source, parts.attributes);
    return side;
}

}  // namespace

SharedSide* SharedSide::Plan(MemoryContext context, Side* side, int number) {
    MemoryContext previous = MemoryContextSwitchTo(context);
    SharedSide* self = static_cast<SharedSide*>(palloc0(sizeof(SharedSide)));
    self->side_ = side;
    self->number_ = number;
    bool beside;
    if (side->raw != nullptr) {
        self->raw_ = RawReading::Open(context, side);
        self->workers_ = self->raw_->Workers();
        beside = self->raw_->RunsBesideWorkers();
    } else {
        const PartialPlan partial = PlanPartial(*side, number);
        self->plan_ = partial.plan;
        self->workers_ = partial.plan != nullptr ? partial.workers : 0;
        beside = partial.runs_beside_workers;
    }
    self->way_ = self->workers_ > 0 ? Way::kShared : beside ? Way::kBeside : Way::kAlone;
    MemoryContextSwitchTo(previous);
    return self;
}

void SharedSide::Estimate(ParallelContext* parallel) {
    if (plan_ != nullptr) {
        plan_text_ = nodeToString(plan_);
        query_ = PartialQuery::Start(CurrentMemoryContext, side_, plan_);
        query_->Estimate(parallel);
    }
    shm_toc_estimate_chunk(&parallel->estimator, Parts::Of(Describe(*side_, plan_text_)).end);
    shm_toc_estimate_keys(&parallel->estimator, 1);
}

void SharedSide::Lead(ParallelContext* parallel) {
    auto* shared = static_cast<Description*>(
        shm_toc_allocate(parallel->toc, Parts::Of(Describe(*side_, plan_text_)).end));
    Store(*side_, plan_text_, shared);
    if (raw_ != nullptr)
        raw_->Lead(&shared->raw);
    else
        query_->Lead(parallel);
    shm_toc_insert(parallel->toc, KeyOf(number_), shared);
}

SharedSide* SharedSide::Join(MemoryContext context, ParallelWorkerContext* worker, int number) {
    auto* shared = static_cast<Description*>(shm_toc_lookup(worker->toc, KeyOf(number), true));
    if (shared == nullptr) return nullptr;
    MemoryContext previous = MemoryContextSwitchTo(context);
    SharedSide* self = static_cast<SharedSide*>(palloc0(sizeof(SharedSide)));
    self->side_ = Load(shared);
    self->number_ = number;
    self->way_ = Way::kShared;
    if (shared->is_raw) {
        self->raw_ = RawReading::Open(context, self->side_, &shared->raw.leader);
        self->raw_->Join(&shared->raw);
    } else {
        const Parts parts = Parts::Of(*shared);
        self->plan_ = castNode(PlannedStmt, stringToNode(PartAt<char>(shared, parts.plan)));
        self->query_ = PartialQuery::Start(context, self->side_, self->plan_);
        self->query_->Join(worker);
    }
    MemoryContextSwitchTo(previous);
    return self;
}

void SharedSide::Read(const RowTaker& taker) {
    if (raw_ != nullptr)
        raw_->Read(taker);
    else
        query_->Read(taker);
}

void SharedSide::Close() {
    if (raw_ != nullptr) raw_->Close();
    if (query_ != nullptr) query_->Close();
}

}  // namespace pgsqlite::pg::validate
