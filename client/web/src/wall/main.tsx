import { mount } from '../parts/mount';
import '../tokens.css';
import '../base.css';
import '../parts/people.css';
import './wall.css';
import './now/now.css';
import '../parts/real.css';
import './ceremony.css';
import { Wall } from './Wall';

void mount(() => <Wall />);
