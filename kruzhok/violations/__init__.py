"""What browsers tell of pages that broke the policy of the site: logged and counted, with no word about who looked."""
