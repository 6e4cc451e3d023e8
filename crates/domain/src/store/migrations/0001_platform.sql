-- The platform's tables, as its MariaDB has them. NOCASE stands where MariaDB's collation ignores case and we compare.

CREATE TABLE "user" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "name" TEXT COLLATE NOCASE,
    "email" TEXT COLLATE NOCASE,
    "github_token" TEXT,
    "github_login" TEXT,
    "password" TEXT NOT NULL,
    "role" TEXT COLLATE NOCASE,
    UNIQUE ("name"),
    UNIQUE ("email")
);

CREATE TABLE "fork" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "github" TEXT COLLATE NOCASE,
    UNIQUE ("github")
);

CREATE TABLE "test" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "platform" TEXT COLLATE NOCASE NOT NULL,
    "test_type" TEXT COLLATE NOCASE NOT NULL,
    "token" TEXT,
    "fork_id" INTEGER,
    "branch" TEXT COLLATE NOCASE NOT NULL,
    "commit" TEXT COLLATE NOCASE NOT NULL,
    "pr_nr" INTEGER NOT NULL,
    UNIQUE ("token")
);
CREATE INDEX "ix_test_fork_id" ON "test" ("fork_id");
CREATE INDEX "ix_test_commit" ON "test" ("commit");
CREATE INDEX "ix_test_pr_nr" ON "test" ("pr_nr");

CREATE TABLE "category" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "name" TEXT COLLATE NOCASE,
    "description" TEXT NOT NULL,
    UNIQUE ("name")
);

CREATE TABLE "sample" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "sha" TEXT,
    "extension" TEXT NOT NULL,
    "original_name" TEXT NOT NULL,
    UNIQUE ("sha")
);

CREATE TABLE "regression_test" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "sample_id" INTEGER,
    "command" TEXT NOT NULL,
    "input_type" TEXT,
    "output_type" TEXT,
    "expected_rc" INTEGER,
    "active" BOOLEAN,
    "last_passed_on_windows" INTEGER,
    "last_passed_on_linux" INTEGER,
    "description" TEXT
);
CREATE INDEX "ix_regression_test_sample_id" ON "regression_test" ("sample_id");
CREATE INDEX "ix_regression_test_last_passed_on_windows" ON "regression_test" ("last_passed_on_windows");
CREATE INDEX "ix_regression_test_last_passed_on_linux" ON "regression_test" ("last_passed_on_linux");

CREATE TABLE "regression_test_category" (
    "regression_id" INTEGER,
    "category_id" INTEGER
);
CREATE INDEX "ix_regression_test_category_regression_id" ON "regression_test_category" ("regression_id");
CREATE INDEX "ix_regression_test_category_category_id" ON "regression_test_category" ("category_id");

CREATE TABLE "regression_test_output" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "regression_id" INTEGER,
    "correct" TEXT,
    "correct_extension" TEXT NOT NULL,
    "expected_filename" TEXT,
    "ignore" BOOLEAN
);
CREATE INDEX "ix_regression_test_output_regression_id" ON "regression_test_output" ("regression_id");

CREATE TABLE "regression_test_output_files" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "file_hashes" TEXT,
    "regression_test_output_id" INTEGER
);
CREATE INDEX "ix_regression_test_output_files_regression_test_output_id" ON "regression_test_output_files" ("regression_test_output_id");

CREATE TABLE "test_progress" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "test_id" INTEGER,
    "status" TEXT COLLATE NOCASE NOT NULL,
    "timestamp" DATETIME NOT NULL,
    "message" TEXT COLLATE NOCASE NOT NULL
);
CREATE INDEX "ix_test_progress_test_id" ON "test_progress" ("test_id");

CREATE TABLE "test_result" (
    "test_id" INTEGER NOT NULL,
    "regression_test_id" INTEGER NOT NULL,
    "runtime" INTEGER,
    "exit_code" INTEGER,
    "expected_rc" INTEGER,
    PRIMARY KEY ("test_id", "regression_test_id")
) WITHOUT ROWID;
CREATE INDEX "ix_test_result_regression_test_id" ON "test_result" ("regression_test_id", "test_id");

CREATE TABLE "test_result_file" (
    "test_id" INTEGER NOT NULL,
    "regression_test_id" INTEGER NOT NULL,
    "regression_test_output_id" INTEGER NOT NULL,
    "expected" TEXT NOT NULL,
    "got" TEXT,
    PRIMARY KEY ("test_id", "regression_test_id", "regression_test_output_id")
) WITHOUT ROWID;

CREATE TABLE "customized_test" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "test_id" INTEGER,
    "regression_id" INTEGER
);
CREATE INDEX "ix_customized_test_test_id" ON "customized_test" ("test_id");
CREATE INDEX "ix_customized_test_regression_id" ON "customized_test" ("regression_id");

CREATE TABLE "test_fork" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "user_id" INTEGER,
    "test_id" INTEGER
);
CREATE INDEX "ix_test_fork_user_id" ON "test_fork" ("user_id");
CREATE INDEX "ix_test_fork_test_id" ON "test_fork" ("test_id");

CREATE TABLE "api_token" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "user_id" INTEGER NOT NULL,
    "token_name" TEXT COLLATE NOCASE NOT NULL,
    "token_hash" TEXT NOT NULL,
    "token_prefix" TEXT NOT NULL,
    "scopes_json" TEXT NOT NULL,
    "created_at" DATETIME NOT NULL,
    "expires_at" DATETIME NOT NULL,
    "revoked_at" DATETIME,
    UNIQUE ("user_id", "token_name")
);
CREATE INDEX "ix_api_token_token_prefix" ON "api_token" ("token_prefix");

CREATE TABLE "general_data" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "key" TEXT COLLATE NOCASE,
    "value" TEXT NOT NULL,
    UNIQUE ("key")
);
