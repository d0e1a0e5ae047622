import { mount } from '../parts/mount';
import '../tokens.css';
import '../base.css';
import '../parts/people.css';
import '../parts/sliders.css';
import './phone.css';
import './strip.css';
import './works.css';
import './blend.css';
import './bump.css';
import './receipt.css';
import { Phone } from './Phone';

void mount(() => <Phone />);
