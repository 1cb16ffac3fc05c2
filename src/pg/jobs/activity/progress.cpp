#include "pg/jobs/activity/progress.hpp"

#include "core/base/progress_line.hpp"
#include "pg/settings.hpp"

extern "C" {
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "utils/backend_progress.h"
#include "utils/backend_status.h"
}

namespace pgsqlite::pg::jobs {
namespace {

/// Of the 20 parameters of a backend's progress, COPY uses the first 6 (14 to 16) or 7 (17, 18). The view
/// sqlite.progress reads these, where they are numbered from 1.
enum Param : int {
    kMagicParam = 7,
    kJobParam,
    kPhaseParam,
    kTableParam,
    kTotalParam,
    kReadParam,
    kWrittenParam,
    kRejectedParam,
    kSkippedParam,
    kStartedParam,  ///< microseconds since 2000-01-01 00:00:00 UTC
};
static_assert(compat::kCopyRefusedParam < kMagicParam && kStartedParam < PGSTAT_NUM_PROGRESS_PARAM);

/// Tells our slots from those of a COPY, whose parameter is 0: "pgsqlite" in ASCII.
constexpr int64 kMagic = 0x706773716C697465;

constexpr int64 kNoticeEvery = 5 * USECS_PER_SEC;

struct State {
    bool active;
    Activity activity;
    char words[256];
    int64 read, written, rejected, skipped;
    TimestampTz started;      ///< the activity
    TimestampTz last_notice;  ///< of the job; its start where there was none yet
};
State state;

const char* PhaseName(Phase phase) {
    switch (phase) {
        case Phase::kPlanning:
            return "planning";
        case Phase::kCopying:
            return "copying";
        case Phase::kPreData:
            return "pre-data";
        case Phase::kLoading:
            return "loading";
        case Phase::kPostData:
            return "post-data";
        case Phase::kFinishing:
            return "finishing";
    }
    return "";
}

/// Whether the backend's slot shows our activity. A utility command takes it for its own, and the end of any
/// failed (sub)transaction empties it.
bool SlotIsOurs() {
    return MyBEEntry != nullptr && MyBEEntry->st_progress_command == PROGRESS_COMMAND_COPY &&
           MyBEEntry->st_progress_param[kMagicParam] == kMagic;
}

struct ParamList {
    int count = 0;
    int index[PGSTAT_NUM_PROGRESS_PARAM];
    int64 value[PGSTAT_NUM_PROGRESS_PARAM];

    void Add(int param, int64 number) {
        index[count] = param;
        value[count++] = number;
    }
    void AddCounters() {
        // As COPY counts: rows stored, rows left out by a condition, rows refused where it has a place for
        // them.
        const bool own_place = compat::kCopyRefusedParam >= 0;
        Add(PROGRESS_COPY_TUPLES_PROCESSED, state.written);
        Add(PROGRESS_COPY_TUPLES_EXCLUDED, own_place ? state.skipped : state.skipped + state.rejected);
        if (own_place) Add(compat::kCopyRefusedParam, state.rejected);
        Add(kReadParam, state.read);
        Add(kWrittenParam, state.written);
        Add(kRejectedParam, state.rejected);
        Add(kSkippedParam, state.skipped);
    }
    void Publish() { pgstat_progress_update_multi_param(count, index, value); }
};

void Notice(const char* text) {
    // Without the statement that is running inside of us as its context.
    ErrorContextCallback* context = error_context_stack;
    error_context_stack = nullptr;
    ereport(NOTICE, (errmsg_internal("%s", text)));
    error_context_stack = context;
}

/// Whether it is time to say something; then counts from now on.
bool NoticeIsDue(TimestampTz now) {
    if (!progress || MyBgworkerEntry != nullptr || now - state.last_notice < kNoticeEvery) return false;
    state.last_notice = now;
    return true;
}

}  // namespace

void PublishActivity(const Activity& activity) {
    const TimestampTz now = GetCurrentTimestamp();
    const bool same_job = state.active && state.activity.job == activity.job;
    if (!same_job) state.last_notice = now;
    const bool next_part = same_job && activity.phase == Phase::kLoading &&
                           state.activity.phase == Phase::kLoading &&
                           state.activity.table_no == activity.table_no;
    if (!next_part) {
        state.read = state.written = state.rejected = state.skipped = 0;
        state.started = now;
    }
    const char* words = activity.words == nullptr ? "" : activity.words;
    const int length =
        pg_mbcliplen(words, static_cast<int>(strlen(words)), static_cast<int>(sizeof(state.words)) - 1);
    memmove(state.words, words, static_cast<size_t>(length));
    state.words[length] = '\0';
    state.activity = activity;
    state.activity.words = state.words;
    state.active = true;
    RepublishActivity();

    char text[sizeof(state.words) + 64];
    if (MyBgworkerEntry != nullptr) {
        snprintf(text, sizeof(text), "sqlite.migrate job " INT64_FORMAT ": %s %s", activity.job,
                 PhaseName(activity.phase), state.words);
        pgstat_report_activity(STATE_RUNNING, text);
    } else if (activity.phase != Phase::kLoading && NoticeIsDue(now)) {
        // A phase that is not counted in rows: its steps are the news.
        snprintf(text, sizeof(text), "%s%s%s", PhaseName(activity.phase), state.words[0] == '\0' ? "" : ": ",
                 state.words);
        Notice(text);
    }
}

void ReportRows(int64 read, int64 written, int64 rejected, int64 skipped) {
    if (!state.active) return;
    state.read = read;
    state.written = written;
    state.rejected = rejected;
    state.skipped = skipped;
    if (SlotIsOurs()) {
        ParamList params;
        params.AddCounters();
        params.Publish();
    } else {
        RepublishActivity();
    }
    const TimestampTz now = GetCurrentTimestamp();
    if (!NoticeIsDue(now)) return;
    ProgressLine line;
    line.what = state.words;
    if (state.activity.phase == Phase::kCopying) line.unit = "pages";
    line.total = state.activity.rows_total;
    line.done = read;
    line.rejected = rejected;
    line.elapsed_us = now - state.started;
    char text[kProgressLineSize];
    FormatProgress(line, text, sizeof(text));
    Notice(text);
}

void RepublishActivity() {
    if (!state.active) return;
    pgstat_progress_start_command(PROGRESS_COMMAND_COPY, state.activity.target);
    ParamList params;
    params.Add(PROGRESS_COPY_COMMAND, PROGRESS_COPY_COMMAND_FROM);
    params.Add(PROGRESS_COPY_TYPE, PROGRESS_COPY_TYPE_CALLBACK);
    params.AddCounters();
    params.Add(kJobParam, state.activity.job);
    params.Add(kPhaseParam, static_cast<int64>(state.activity.phase));
    params.Add(kTableParam, state.activity.table_no);
    params.Add(kTotalParam, state.activity.rows_total);
    params.Add(kStartedParam, state.started);
    params.Add(kMagicParam, kMagic);
    params.Publish();
}

void EndActivity() noexcept {
    if (!state.active) return;
    state.active = false;
    if (SlotIsOurs()) pgstat_progress_end_command();
    if (MyBgworkerEntry != nullptr) pgstat_report_activity(STATE_IDLE, nullptr);
}

}  // namespace pgsqlite::pg::jobs
