// New files: nobody sees one before it is complete, and none stays of a process that is killed.
#include "core/base/new_file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>

namespace pgsqlite {
namespace {

class NewFileTest : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = (std::filesystem::temp_directory_path() / "new_fileXXXXXX").string();
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        directory_ = std::filesystem::canonical(pattern).string();
        path_ = directory_ + "/new";
        const int nameless = open(directory_.c_str(), O_RDWR | O_TMPFILE, 0600);
        has_nameless_ = nameless >= 0;
        if (has_nameless_) close(nameless);
    }
    void TearDown() override { std::filesystem::remove_all(directory_); }

    bool IsEmpty() const { return std::filesystem::is_empty(directory_); }
    std::string Content() const {
        std::ifstream file(path_, std::ios::binary);
        return std::string(std::istreambuf_iterator<char>(file), {});
    }
    static std::string StateOf(const std::function<void()>& code) {
        try {
            code();
        } catch (const Error& error) {
            return error.sqlstate();
        }
        return "";
    }

    std::string directory_, path_;
    bool has_nameless_ = false;
};

TEST_F(NewFileTest, HasANameWhenItIsComplete) {
    for (const bool sync : {false, true}) {
        NewFile file(path_);
        file.Write("one", 3);
        EXPECT_EQ(IsEmpty(), has_nameless_);
        file.Keep(sync);
        EXPECT_EQ(Content(), "one");
        std::filesystem::remove(path_);
    }
}

TEST_F(NewFileTest, IsGoneUnlessItIsKept) {
    { NewFile(path_).Write("one", 3); }
    EXPECT_TRUE(IsEmpty());
}

TEST_F(NewFileTest, ReplacesNothing) {
    std::ofstream(path_) << "theirs";
    EXPECT_EQ(StateOf([&] { NewFile file(path_); }), sqlstate::kDuplicateFile);
    EXPECT_EQ(Content(), "theirs");
    std::filesystem::remove(path_);
    std::filesystem::create_symlink(directory_ + "/elsewhere", path_);
    EXPECT_EQ(StateOf([&] { NewFile file(path_); }), sqlstate::kDuplicateFile);
}

// Somebody makes a file of the name while ours is written: theirs stays.
TEST_F(NewFileTest, ReplacesNothingAtItsEnd) {
    if (!has_nameless_) GTEST_SKIP() << "the file system has no files without a name";
    {
        NewFile file(path_);
        file.Write("ours", 4);
        std::ofstream(path_) << "theirs";
        EXPECT_EQ(StateOf([&] { file.Keep(true); }), sqlstate::kDuplicateFile);
    }
    EXPECT_EQ(Content(), "theirs");
}

TEST_F(NewFileTest, LeavesNothingWhenItsProcessIsKilled) {
    if (!has_nameless_) GTEST_SKIP() << "the file system has no files without a name";
    const pid_t child = fork();
    if (child == 0) {
        NewFile file(path_);
        file.Write("one", 3);
        kill(getpid(), SIGKILL);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status));
    EXPECT_TRUE(IsEmpty());
}

}  // namespace
}  // namespace pgsqlite
