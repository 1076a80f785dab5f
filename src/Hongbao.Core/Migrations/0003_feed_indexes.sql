-- Lists for everyone step over unpaid packets: whoever makes many of them must not fill the lists' way.
drop index packets_feed
---
drop index packets_content
---
create index packets_feed on packets (app, packet_no) where scope = 1 and state not in (1, 7)
---
create index packets_content on packets (app, content_id, packet_no) where content_id is not null and state not in (1, 7)
---
-- What of a video its sender alone sees.
create index packets_content_unpaid on packets (app, sender_uid, content_id, packet_no) where content_id is not null and state in (1, 7)
