-- A transfer is written once and ended once: with room on its page its new version needs no new index entries.
--postgres: alter table transfers set (fillfactor = 50)
---
-- Nothing reads transfers by packet, and every one of them paid for it.
drop index transfers_packet
