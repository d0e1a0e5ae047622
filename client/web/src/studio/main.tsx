import { mount } from '../parts/mount';
import '../tokens.css';
import '../base.css';
import '../parts/people.css';
import '../parts/sliders.css';
import '../parts/real.css';
import './studio.css';
import './dream.css';
import './atlas.css';
import './cards.css';
import './drawer.css';
import './search.css';
import './people-here.css';
import './narrow.css';
import { Studio } from './Studio';

void mount(() => <Studio />);
