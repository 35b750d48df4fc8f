using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ChatApp.Migrations
{
    /// <summary>
    /// What finds messages. The words are not PostgreSQL's, whose parser takes addresses, paths and tags for one word or none: everything but letters and digits
    /// separates them. They are not reduced to stems, as nobody says in which language a message is. 100,000 characters have less than the megabyte that the type may have.
    /// The model does not know the column, so that no query reads it by the way. Both indexes lead with the user, leave out what is never found, and keep few entries
    /// unsorted, which every search reads through.
    /// </summary>
    public partial class MessageSearch : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
            CREATE EXTENSION IF NOT EXISTS btree_gin;
            CREATE EXTENSION IF NOT EXISTS pg_trgm;

            ALTER TABLE messages ADD COLUMN search_words tsvector GENERATED ALWAYS AS (to_tsvector('simple'::regconfig, regexp_replace(left(content, 100000),
                '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7\u2000-\u206f\u20a0-\u20cf\u2190-\u2bff\u3000-\u3004\u3008-\u303f\uff01-\uff0f\uff1a-\uff20]+',
                ' ', 'g'))) STORED;

            CREATE INDEX ix_messages_search_words ON messages USING gin (user_id, search_words) WITH (gin_pending_list_limit = 512)
                WHERE deleted_at IS NULL AND status <> 'generating' AND content <> '';
            CREATE INDEX ix_messages_search_trigrams ON messages USING gin (user_id, content gin_trgm_ops) WITH (gin_pending_list_limit = 512)
                WHERE deleted_at IS NULL AND status <> 'generating' AND content <> '';
            """);

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
            DROP INDEX ix_messages_search_trigrams;
            DROP INDEX ix_messages_search_words;
            ALTER TABLE messages DROP COLUMN search_words;
            """);
    }
}
